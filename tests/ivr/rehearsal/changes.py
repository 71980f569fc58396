"""Kinds of changes to the sample's flows, each as somebody would make it, and what replays must know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAIN: Final = "flows/main.yaml"
BALANCE: Final = "flows/balance.yaml"
SETTINGS: Final = "hotline.yaml"


@dataclass(frozen=True)
class Change:
    """Edits, and how many of the sample's dialogues at least must be known to go elsewhere, or be undecided at most."""

    edits: tuple[tuple[str, str, str], ...]
    elsewhere: int = 0
    undecided: int = 0


def one(*edits: tuple[str, str, str], elsewhere: int = 0, undecided: int = 0) -> Change:
    return Change(edits, elsewhere, undecided)


CHANGES: Final = {
    # --- keys ------------------------------------------------------------------------------------------------------
    "nothing": one((MAIN, "flow: main", "flow: main")),
    "a key leads elsewhere": one((MAIN, "2: {then: report_fault}", "2: {then: person}"), elsewhere=3),
    "a key is gone": one((MAIN, "      2: {then: report_fault}\n", ""), elsewhere=3),
    "a key is new": one((MAIN, "      9: {then: language}\n", "      9: {then: language}\n      5: {then: person}\n"),
                        undecided=1),
    "two keys are exchanged": one((MAIN, "      1: {then: balance}\n      2: {then: report_fault}\n",
                                   "      2: {then: balance}\n      1: {then: report_fault}\n"), elsewhere=10),
    "a way is on another key": one((MAIN, "2: {then: report_fault}", "3: {then: report_fault}"),
                                   elsewhere=3, undecided=1),
    "a key sets another variable": one((MAIN, "2: {set: {language: yue-HK}, then: recognise}",
                                        "2: {set: {language: zh-CN}, then: recognise}")),
    "a key of the line leads elsewhere": one((MAIN, "      1: {then: whose_number}          # whoever",
                                              "      1: {then: leave_message}         # whoever"), elsewhere=1),
    "a key of the line is gone": one((MAIN, ("    exit_keys:\n      1: {then: whose_number}          # whoever would "
                                      "rather be called back than wait\n"), ""), elsewhere=1),
    # --- silence and wrong keys --------------------------------------------------------------------------------------
    "silence leads elsewhere": one((MAIN, "no_input:    {after: 5s, tries: 3, message: no-key, then: person}",
                                    "no_input:    {after: 5s, tries: 3, message: no-key, then: goodbye}"), elsewhere=1),
    "silence is asked once only": one((MAIN, "no_input:    {after: 5s, tries: 3, message: no-key, then: person}",
                                       "no_input:    {after: 5s, tries: 1, then: person}")),
    "silence lasts longer": one((MAIN, "no_input:    {after: 4s, tries: 1, then: goodbye}",
                                 "no_input:    {after: 8s, tries: 1, then: goodbye}")),
    "a wrong key leads elsewhere": one((MAIN, "wrong_input: {tries: 3, message: wrong-key, then: person}",
                                        "wrong_input: {tries: 3, message: wrong-key, then: goodbye}"), elsewhere=1),
    "an entry is longer": one((BALANCE, "length: {min: 6, max: 12}", "length: {min: 6, max: 10}"), undecided=3),
    "an entry is asked no more": one((BALANCE, "    then: ask_pin\n\n  ask_pin:", "    then: check_pin\n\n  ask_pin:"),
                                     (BALANCE, "with: {account: account, pin: pin}",
                                      "with: {account: account, pin: \"'0000'\"}"), elsewhere=1, undecided=26),
    # --- sentences ---------------------------------------------------------------------------------------------------
    "a sentence more": one((MAIN, "greet:     {play: welcome, then: open_now}",
                            ("greet:     {play: welcome, then: once_more}\n"
                            "  once_more: {play: welcome, then: open_now}"))),
    "a sentence less": one((MAIN, "{when: customer.tier == 'vip', set: {vip: true}, then: greet_vip}",
                            "{when: customer.tier == 'vip', set: {vip: true}, then: open_now}")),
    "another sentence": one((MAIN, "greet:     {play: welcome, then: open_now}",
                             "greet:     {play: welcome-vip, then: open_now}")),
    "a menu asks in other words": one((MAIN, "    menu: offer-person\n", "    menu: anything-else\n")),
    "other words in a sentence": one(("prompts/zh-CN.yaml", "您是下一位", "下一位就是您")),
    # --- queues ------------------------------------------------------------------------------------------------------
    "another queue": one((MAIN, "  service_queue:\n    queue: service\n", "  service_queue:\n    queue: vip\n"),
                         elsewhere=20),
    "another priority": one((MAIN, "    priority: 0\n", "    priority: 5\n")),
    "a longer wait": one((MAIN, "    longest: 30s\n", "    longest: 50s\n")),
    "another way out of the line": one((MAIN, ("{answered: rate_talk, timed_out: nobody_free, empty: nobody_free, "
                                        "full: nobody_free}"), ("{answered: goodbye, timed_out: nobody_free, empty: "
                                        "nobody_free, full: nobody_free}")), elsewhere=1),
    "the line is not announced": one((MAIN, ("    announce: {message: your-place, with_wait: your-place-and-wait, "
                                      "every: 45s}\n"), "")),
    "important callers overflow no more": one((MAIN, "timed_out: vip_overflow", "timed_out: nobody_free"), elsewhere=1),
    # --- branches, lookups, hours ------------------------------------------------------------------------------------
    "a condition is another": one((MAIN, "{when: customer.tier == 'vip', then: vip_queue}",
                                   "{when: customer.tier == 'gold', then: vip_queue}"), undecided=42),
    "a branch leads elsewhere": one((MAIN, "      - {then: say_please_hold}", "      - {then: service_queue}")),
    "a branch asks nothing any more": one((MAIN, ("    branch:\n      - {when: customer.tier == 'vip', then: vip_queue}"
                                           "\n      - {then: say_please_hold}"), ("    branch:\n"
                                           "      - {then: say_please_hold}")), (MAIN, "timed_out: nobody_free,",
                                           "timed_out: leave_message,"),
                                          (MAIN, "  say_please_hold: {play", ("  spare:\n    branch:\n      - {when: "
                                           "customer.tier, then: vip_queue}\n      - {then: say_please_hold}\n"
                                           "  say_please_hold: {play")), (MAIN, "      2: {then: report_fault}",
                                           "      2: {then: spare}"), elsewhere=1),
    "a late lookup leads elsewhere": one((BALANCE, "on_timeout: unavailable", "on_timeout: not_told")),
    "a missing answer leads elsewhere": one((BALANCE, "    on_missing: unavailable\n", "    on_missing: tell_none\n"),
                                            (BALANCE, "  told:        {return",
                                             ("  tell_none: {play: one-moment, then: not_told}\n  told:        "
                                             "{return"))),
    "a lookup asks for something else": one((BALANCE, "    lookup: account_balance\n    with: {account: account}",
                                             "    lookup: account_balance\n    with: {account: call.number}"),
                                            undecided=20),
    "a lookup may take longer": one((BALANCE, "    timeout: 2s\n", "    timeout: 3s\n")),
    "other opening hours": one((SETTINGS, '"Mo-Su 08:00-22:00"', '"Mo-Su 00:00-24:00"'), elsewhere=1),
    "it is closed all day": one((SETTINGS, '"Mo-Su 08:00-22:00"',
                                 '"Mo-Su off", exceptions: {"2000-01-01": "09:00-10:00"}'), elsewhere=30),
    "closed leads elsewhere": one((MAIN, "    closed: say_closed\n", "    closed: person\n"), elsewhere=1),
    # --- steps and flows ---------------------------------------------------------------------------------------------
    "a step has another name": one((MAIN, "main_menu", "top_menu")),
    "a flow has another name": one((BALANCE, "flow: balance", "flow: account"), (BALANCE, "", "flows/account.yaml"),
                                   (MAIN, "    subflow: balance\n", "    subflow: account\n"), undecided=25),
    "a step does something else": one((MAIN, "  fault_noted: {play: fault-noted, then: anything_else}",
                                       "  fault_noted: {hangup: fault-noted}"), elsewhere=1),
    "a step is new before the menu": one((MAIN, "    open: main_menu\n", "    open: ready\n"),
                                         (MAIN, "  main_menu:\n", ("  ready:\n    menu: offer-person\n    keys:\n      "
                                          "0: {then: main_menu}\n    no_input:    {after: 5s, tries: 1, then: person}\n"
                                          "    wrong_input: {tries: 1, then: person}\n\n  main_menu:\n")),
                                        elsewhere=30),
    "a recording is asked no more": one((MAIN, "2: {then: report_fault}", "2: {then: fault_noted}"), elsewhere=3),
    "a survey is asked no more": one((MAIN, "answered: rate_talk", "answered: after_talk"), elsewhere=1),
    "a survey asks with other keys": one((MAIN, "keys: 1-5", "keys: 1-3"), undecided=4),
    "a callback is offered no more": one((MAIN, "      1: {then: whose_number}\n      2: {then: leave_message}\n",
                                          "      2: {then: leave_message}\n"), elsewhere=1),
    "a subflow comes back otherwise": one((BALANCE, "{return: {outcome: told}}", "{return: {outcome: heard}}"),
                                          undecided=4),
    "a flow begins elsewhere": one((MAIN, "start: language", "start: recognise"), elsewhere=30),
    "a number leads to another flow": one((SETTINGS, '"96956": main', '"96956": spare'),
                                          ("flows/spare.yaml", "", ("flow: spare\nstart: bye\nsteps:\n"
                                           "  bye: {hangup: goodbye}\n")), elsewhere=30),
}  # fmt: skip
"""Name to change: at least thirty kinds, of every verb and of everything around it."""
