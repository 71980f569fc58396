"""A made-up hotline of any size, for measuring: flows with most kinds of steps, sentences with places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = """\
hotline: large
title: {{zh-CN: 大热线, en: Large hotline}}
node: t-1
time_zone: Asia/Shanghai
languages: [zh-CN, en]
numbers:
{numbers}
queues: {{sales: {{title: {{zh-CN: 销售, en: Sales}}}}}}
agents: {{"1001": {{name: Ann, queues: {{sales: 0}}, secret: {{env: AGENT_SECRET}}}}}}
hours: {{office: {{open: "Mo-Fr 09:00-18:00"}}}}
data_sources: {{billing: {{http: https://billing.example}}}}
lookups:
  balance:
    source: billing
    get: /v1/accounts/{{account}}/balance
    takes: {{account: text}}
    gives: {{amount: money, as_of: datetime}}
    as_of: as_of
voicemail: {{messages: {{longest: 2min}}}}
rescue: {{queue: sales, message: m0-0-0}}
ami: {{secret: {{env: AMI_SECRET}}}}
"""

_GROUP = """\
  ask{n}:
    menu: m{f}-{n}-0
    keys:
      1: look{n}
      2: open{n}
      3: leave{n}
      0: person{n}
    no_input:    {{after: 5s, tries: 3, then: person{n}}}
    wrong_input: {{tries: 3, message: m{f}-{n}-1, then: person{n}}}
  look{n}:
    lookup: balance
    with: {{account: call.number}}
    timeout: 2s
    max_age: 15min
    on_timeout: person{n}
    on_error: person{n}
    on_missing: person{n}
    into: bill
    then:
      - {{when: bill.amount, then: tell{n}}}
      - {{then: person{n}}}
  tell{n}:
    play: m{f}-{n}-2
    with: {{amount: bill.amount, as_of: bill.as_of}}
    then: {after}
  open{n}:
    hours: office
    open: person{n}
    closed: leave{n}
  leave{n}:
    voicemail: messages
    message: m{f}-{n}-3
    longest: 2min
    then: bye{n}
  person{n}:
    queue: sales
    longest: 10min
    after: {{answered: bye{n}, timed_out: leave{n}, empty: leave{n}}}
  note{n}:
    set: {{kind: loss, back: = call.caller}}
    then: bye{n}
  choose{n}:
    branch:
      - {{when: language == 'en', then: note{n}}}
      - {{then: bye{n}}}
  more{n}:
    play: m{f}-{n}-4
    then: choose{n}
  bye{n}: {{hangup: m{f}-{n}-5}}
"""
STEPS_OF_A_GROUP = 10
MESSAGES_OF_A_GROUP = 6


def write_hotline(folder: Path, steps: int = 1_000, messages: int = 3_000, flows: int = 20) -> None:
    """Write a hotline with about so many steps in so many flows, and so many messages in each of two languages."""
    (folder / "flows").mkdir(parents=True)
    (folder / "prompts").mkdir()
    groups = max(1, steps // STEPS_OF_A_GROUP // flows)
    for flow in range(flows):
        parts = [
            _GROUP.format(f=flow, n=n, after=f"ask{n + 1}" if n + 1 < groups else f"more{n}").replace(
                f"3: leave{n}", f"3: leave{n}\n      4: more{n}"
            )
            for n in range(groups)
        ]
        text = f"flow: flow{flow}\nstart: ask0\nsteps:\n{''.join(parts)}"
        (folder / "flows" / f"flow{flow}.yaml").write_text(text, "utf-8")
    numbers = "\n".join(f'  "{10_000 + flow}": flow{flow}' for flow in range(flows))
    (folder / "hotline.yaml").write_text(_SETTINGS.format(numbers=numbers), "utf-8")
    names = [f"m{flow}-{n}-{m}" for flow in range(flows) for n in range(groups) for m in range(MESSAGES_OF_A_GROUP)]
    names += [f"spare{n}" for n in range(messages - len(names))]
    for language, words in (
        ("zh-CN", "您好，欢迎致电我们的热线，第{n}句"),
        ("en", "Welcome to our hotline, this is sentence {n}"),
    ):
        lines = [
            f"{name}: {words.format(n=n)}"
            + (
                ": {amount, money}, {as_of, date, long}."
                if name.endswith("-2") and not name.startswith("spare")
                else "."
            )
            for n, name in enumerate(names)
        ]
        quoted = [f'{name}: "{text}"' for name, _, text in (line.partition(": ") for line in lines)]
        (folder / "prompts" / f"{language}.yaml").write_text("\n".join(quoted) + "\n", "utf-8")
