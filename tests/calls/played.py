"""How the sample's dialogues are played by telephones on a real Asterisk: all of them, by what has to be arranged."""

from __future__ import annotations

ALONE = (
    "keys pressed while the greeting of a message is said do nothing, and a minute is the most",
    "a VIP finds nobody free at all (empty)",
    "a caller who presses nothing is asked twice and greeted in Mandarin",
    "nobody is free, and a message is taken",
    "nobody is free, and the caller is called back (empty)",
    "a PIN of the wrong length is told three times",
    "three numbers that are none are enough",
    "three wrong PINs lock the account",
    "a caller without a customer number is offered a person",
    "no PIN is no balance",
    "a caller who presses what is not on offer is told so, and greeted in Mandarin",
    "without a balance the caller may go back",
    "a new caller chooses English",
    "the PIN cannot be checked, and no balance is told (down)",
    "who presses anything else after the balance is asked once more",
    "the PIN cannot be checked, and no balance is told (slow)",
    "who says nothing after the balance is done",
    "the PIN cannot be checked, and no balance is told (wrong)",
    "a wrong PIN may be entered again",
    "the balance is too late, and none is told",
    "a caller from an unknown number gives the customer number",
    "a slow answer is covered",
    "a caller with a wrong PIN who says nothing is offered a person",
    "the balance cannot be had, and none is told (down)",
    "a customer hears the balance in Mandarin",
    "the balance cannot be had, and none is told (wrong)",
    "a customer hears the balance in Cantonese",
    "the balance cannot be had, and none is told (missing)",
    "a customer hears the balance in English",
    "the balance cannot be had, and none is told (stale)",
    "a caller with a wrong PIN who presses anything else is offered a person",
    "the balance cannot be had, and none is told (amount: None)",
    "a caller with a wrong PIN may give up",
    "the customers' database is slow or down, and the caller is greeted all the same (down)",
    "who knows the way types ahead and hears only the balance",
    "the customers' database is slow or down, and the caller is greeted all the same (wrong)",
    "a fault is described and noted",
    "a caller whose number is not known reports a fault without an account",
    "who hangs up after speaking has reported all the same",
    "who hangs up before speaking has reported nothing",
    "key 9 of the main menu changes a choice that was remembered",
    "a new caller chooses Mandarin",
    "a new caller chooses Cantonese",
    "a caller may choose Cantonese once and for all",
    "a VIP is greeted as one",
    "a caller who withholds the number is asked for the language and greeted",
)
"""Nobody is at work but an agent of VIPs, who does not answer: what a caller does alone. The long ones first; those
whose data fails among others, for five failures in a row would open the breaker for all."""
HALVES = (ALONE[::2], ALONE[1::2])
FOLLOWING = {"a new caller chooses English": "a choice made once is remembered"}
"""By the call it follows."""
FOLLOWED = {after: before for before, after in FOLLOWING.items()}
LOCKED = "the customers' database is slow or down, and the caller is greeted all the same (slow)"
NIGHT = "at night a message is taken"
"""Played in `test_closed`."""
WAITING = (
    "a VIP finds nobody free at all (withdrawn)",
    "without a balance a caller who presses nothing reaches a person",
    "nobody is free, and the caller is called back (withdrawn)",
    "a VIP whose queue is busy overflows ahead of ordinary callers (withdrawn)",
    "a VIP whose queue is busy overflows ahead of ordinary callers (timed_out)",
    "a caller who presses nothing at all reaches a person",
    "a caller who presses only wrong keys reaches a person",
    "without a balance a caller who presses anything else reaches a person",
    "without a balance the caller may reach a person",
    "who will not wait presses 1 in the line and is called back",
    "a VIP waits in a queue of their own",
    "after the balance the caller may go back, reach a person, or be done",
    "a caller asks for a person",
    "a caller hangs up while waiting",
)
"""An agent's telephone rings, and the caller hangs up, leaves the line by its key, is sent on by its clock, or is taken
out of it over AMI."""
TALKING = (
    "after the talk the caller rates it, and may go back to the main menu",
    "a caller who does not rate the talk has been asked, and is done",
    "a caller who rates the talk with what is no figure of it is asked once more",
    "a VIP has talked",
)
"""An agent answers, and hangs up."""
TIMED_OUT = (
    "a VIP finds nobody free at all (timed_out)",
    "nobody is free, and the caller is called back (timed_out)",
    "another number may be called back",
    "nobody is free, and a caller who presses nothing may leave a message",
    "nobody is free, and a caller who presses anything else may leave a message",
    "five minutes are the longest wait",
    "a caller who withholds the number says where to call",
    "a number that is none is told three times, and a message is taken",
    "a caller who gives no number leaves a message",
)
"""An agent's telephone rings until the longest wait is over. Played in `test_dialogues_timed`."""
NO_AGENT = "a VIP whose queue is busy overflows ahead of ordinary callers (empty)"
"""Nobody is at work for VIPs, but for others. Played, as all that follow, in `test_dialogues_refused`."""
TALKED_ELSEWHERE = "a VIP has talked in the other queue"
"""The agents of VIPs do not answer, another does."""
FULL = (
    "a VIP finds nobody free at all (full)",
    "a VIP whose queue is busy overflows ahead of ordinary callers (full)",
    "nobody is free, and the caller is called back (full)",
)
"""Each queue has one place: the first takes that of the VIPs', the second finds it taken and takes the other one."""
NO_VIP_QUEUE = "a VIP whose queue is busy overflows ahead of ordinary callers (failed)"
NO_SERVICE_QUEUE = (
    "a VIP finds nobody free at all (failed)",
    "nobody is free, and the caller is called back (failed)",
)
"""Asterisk does not know the queue."""
AHEAD = "a waiting caller hears how many are ahead, and how long most wait"
AHEAD_IN_ENGLISH = "a waiting caller hears it in English"
NEVER_GROWS = "what is told of the line never grows"
FREE_AGENT = "nothing is told while an agent is free for the next in line"
IN_LINE = (NEVER_GROWS, FREE_AGENT, AHEAD_IN_ENGLISH, AHEAD)
"""The line is arranged, moment by moment. Played in `test_dialogues_line`."""
PLAYED = (
    *ALONE,
    *FOLLOWING.values(),
    LOCKED,
    NIGHT,
    *WAITING,
    *TALKING,
    *TIMED_OUT,
    NO_AGENT,
    TALKED_ELSEWHERE,
    *FULL,
    NO_VIP_QUEUE,
    *NO_SERVICE_QUEUE,
    *IN_LINE,
)
