"""What a flow is once it has been read: named steps, one verb each, every way out explicit.

Nothing here reads a file, a clock or a call. Times are whole milliseconds and carry it in their name; every step
remembers the place it was written (`at`), so that whatever is wrong with it can be shown there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.source import Span
    from ivr.flow.expressions import Expression

DEEPEST = 16
"""How many flows may stand on each other. Real hotlines use two or three."""

MOST_VISITS = 25
"""How often one call may come to one step where neither the step nor the hotline says: no caller who gets anywhere
comes to a menu that often."""

END = "end"
"""The target that ends a flow: the caller of a subflow goes on, the outermost flow hangs up."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: taken when `when` is true (or always, when it is None), after doing `assign`."""

    then: str
    """Name of a step of the same flow, or `END`."""
    when: Expression | None = None
    assign: Mapping[str, Expression] = field(default_factory=dict)
    """Variables to set on the way, in order; `language` changes the language spoken to the caller."""
    at: Span | None = None


Ways = tuple[Way, ...]
"""The ways of one `then`, in order; the last one has no `when`."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What happens when the caller gives nothing, or something that is not on offer."""

    tries: int
    """How often the caller is asked in all before `then` is taken; at least 1."""
    then: str
    message: str | None = None
    """Said before asking again; None repeats the question alone."""
    after_ms: int | None = None
    """For a menu's no-input only: how long to wait for a key after the message has ended."""
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has: a name that is unique in its flow, the place it was written, and its bound."""

    name: str
    at: Span
    most_visits: int = field(default=MOST_VISITS, kw_only=True)
    """How often one call may come to this step before it is brought to a person: the bound on every loop through it."""


@dataclass(frozen=True, slots=True)
class Play(Step):
    """Say a message. A key pressed meanwhile is kept for the next question when `interruptible`."""

    message: str
    args: Mapping[str, Expression]
    then: Ways
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class SayValue(Step):
    """Say one value without a sentence around it (YAML: `say`)."""

    value: Expression
    message: str
    """The message that says values of this kind (`ivr.prompts.values_alone`)."""
    kind: str
    """What it is said as; decides which types fit."""
    then: Ways
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Menu(Step):
    """Say a message and take one key."""

    message: str
    args: Mapping[str, Expression]
    keys: Mapping[str, Way]
    """One of 0-9, `*`, `#` to the way it takes."""
    no_input: Tries
    wrong_input: Tries
    remember: str | None = None
    """`caller`: the assignments of the chosen way are kept for this calling number, and the menu is not asked again."""


@dataclass(frozen=True, slots=True)
class Collect(Step):
    """Say a message and take several keys into a variable, as text."""

    message: str
    args: Mapping[str, Expression]
    into: str
    min_length: int
    max_length: int
    then: Ways
    no_input: Tries
    wrong_input: Tries
    """Taken when fewer than `min_length` digits came before the terminator or the inter-digit timeout, too many, or
    with a wrong check digit."""
    first_digit_ms: int = 5000
    """How long to wait for the first key after the message has ended."""
    inter_digit_ms: int = 3000
    """How long to wait for each further key."""
    terminator: str = "#"
    sensitive: bool = False
    """Never logged, traced, stored, said or kept over a segment of the call."""
    check_digit: str | None = None
    """One of `check_digits.CHECK_DIGITS`: an entry whose check digit is not right is wrong input."""


@dataclass(frozen=True, slots=True)
class Assign(Step):
    """Set variables (YAML: `set`)."""

    assign: Mapping[str, Expression]
    then: Ways


@dataclass(frozen=True, slots=True)
class Branch(Step):
    """Choose a way by what is known (YAML: `branch`)."""

    then: Ways


@dataclass(frozen=True, slots=True)
class Hours(Step):
    """Choose by a schedule of the hotline's `hours`."""

    schedule: str
    open: str
    closed: str


@dataclass(frozen=True, slots=True)
class Lookup(Step):
    """Ask a data source, with a deadline, and an answer for each way it can fail."""

    lookup: str
    """Name in the hotline's `lookups`."""
    args: Mapping[str, Expression]
    into: str
    timeout_ms: int
    max_age_ms: int
    """An answer whose own `as_of`, or whose time in our cache, is older than this is refused (`on_error`)."""
    on_timeout: str
    on_error: str
    then: Ways
    on_missing: str | None = None
    """Taken when the source answered that there is no such thing; None goes on with every field of `into` null."""
    meanwhile: str | None = None
    """Said when the answer takes longer than a breath (700 ms)."""


@dataclass(frozen=True, slots=True)
class Announce:
    """What a waiting caller is told of the line, and how often."""

    message: str
    """Said while the wait is not known; its only place is `ahead`, how many callers are ahead."""
    every_ms: int
    with_wait: str | None = None
    """Said while the wait is known; its places are `ahead` and `wait`, in seconds. None never tells the wait."""
    at: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Queue(Step):
    """Hand the call to a queue; come back afterwards by `after`, or earlier by an exit key."""

    queue: str
    priority: int
    """app_queue's QUEUE_PRIO: higher is served first."""
    longest_ms: int
    after: Mapping[str, str]
    """Outcome to target: `answered` (the agent ended the talk), `timed_out`, `empty`, `full`, `withdrawn`, `failed`."""
    exit_keys: Mapping[str, Way] = field(default_factory=dict)
    """One of 0-9, `*`, `#` to the way it takes out of the line; other keys do nothing there."""
    announce: Announce | None = None


@dataclass(frozen=True, slots=True)
class QueueState(Step):
    """See how a queue stands at this moment (YAML: `queue_state`)."""

    queue: str
    into: str
    then: Ways


@dataclass(frozen=True, slots=True)
class Dial(Step):
    """Call a number or endpoint and connect the caller; come back afterwards by `after`."""

    to: Expression
    ring_ms: int
    after: Mapping[str, str]
    """Outcome to target: `answered`, `busy`, `no_answer`, `failed`."""


@dataclass(frozen=True, slots=True)
class Transfer(Step):
    """Hand the call to a number or endpoint for good; come back by `after` only when nobody took it."""

    to: Expression
    ring_ms: int
    after: Mapping[str, str]
    """Outcome to target: `no_answer`, `busy`, `failed`."""


@dataclass(frozen=True, slots=True)
class Voicemail(Step):
    """Say a message, record what the caller says, keep the recording and a row about it."""

    box: str
    message: str
    args: Mapping[str, Expression]
    longest_ms: int
    then: Ways
    silence_ms: int = 5000
    """Recording ends after so much silence, or at `#`."""


@dataclass(frozen=True, slots=True)
class RecordWords(Step):
    """Say a message and record what the caller says, for a later step (YAML: `record`)."""

    message: str
    args: Mapping[str, Expression]
    into: str
    """The variable that says which recording it is; null when nothing was said."""
    longest_ms: int
    then: Ways
    """Taken also when the caller hangs up after speaking: what waits for nobody is still done."""
    silence_ms: int = 5000


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey."""

    name: str
    message: str
    keys: str
    """The figures that answer it, one after the other."""


@dataclass(frozen=True, slots=True)
class Survey(Step):
    """Ask questions that are answered by one figure each, and keep the answers."""

    survey: str
    questions: tuple[Question, ...]
    no_input: Tries
    """For each question; its way ends the survey."""
    wrong_input: Tries
    then: Ways
    into: str | None = None
    """The answers by question; set when all are given."""


@dataclass(frozen=True, slots=True)
class Callback(Step):
    """Keep that the caller is to be called back."""

    queue: str
    number: Expression
    reason: Expression
    then: Ways
    not_before_ms: int | None = None
    """From now."""
    not_after_ms: int | None = None
    """From now."""


@dataclass(frozen=True, slots=True)
class Ticket(Step):
    """Open a ticket."""

    kind: str
    """A kind of the hotline's `tickets`."""
    args: Mapping[str, Expression]
    then: Ways
    colour: str | None = None
    """None is the first of its kind."""
    recording: Expression | None = None
    colour_at: Span | None = None


@dataclass(frozen=True, slots=True)
class Script(Step):
    """Run a classic AGI script of the hotline's `scripts` folder on this call."""

    script: str
    args: tuple[Expression, ...]
    on_error: str
    then: Ways


@dataclass(frozen=True, slots=True)
class Subflow(Step):
    """Run another flow and come back with what it returned."""

    flow: str
    args: Mapping[str, Expression]
    into: str | None
    then: Ways


@dataclass(frozen=True, slots=True)
class Return(Step):
    """End this flow and give these values to the step that called it."""

    values: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Hangup(Step):
    """End the call."""

    message: str | None = None
    args: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """One file of `flows/`."""

    name: str
    start: str
    steps: Mapping[str, Step]
    at: Span
    takes: tuple[str, ...] = ()
    """Variables a calling step must give."""
    longest_steps: int = 200
    """How many steps one call may take in this flow before it is brought to a person: bounds all loops together."""


@dataclass(eq=False, slots=True)
class TurnMemory:
    """Turns of calls on a set of flows that the engine remembers (`ivr.engine.trodden`)."""

    places: dict[object, Any] = field(default_factory=dict)
    """Where calls stood, each with the turns that were made from there."""
    turns: int = 0
    """How many of them there are at all places."""


@dataclass(frozen=True, slots=True)
class FlowSet:
    """Every flow of one hotline at one version."""

    version: str
    """First 12 hex digits of the SHA-256 of everything that decides what callers hear."""
    flows: Mapping[str, Flow]
    languages: tuple[str, ...]
    """BCP 47 tags, the first is spoken until the caller has chosen."""
    trodden: TurnMemory = field(default_factory=TurnMemory, init=False, compare=False, repr=False)
