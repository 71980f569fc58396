"""`hotline.yaml` as frozen values. Field names in the file are the aliases; times are milliseconds and say so."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic reads the annotations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ivr.config.keep import Keep
from ivr.config.kinds import (
    STRICT,
    TEXT,
    Address,
    AgentId,
    Calendar,
    CalendarDate,
    Country,
    Dialled,
    DueMs,
    KeyMs,
    Language,
    Listen,
    Name,
    SecretRef,
    ShortMs,
    Text,
    TextOrSecret,
    WaitMs,
    Zone,
    as_text,
    name_of,
    refuse,
)
from ivr.config.mail import Mail  # noqa: TC001 - pydantic reads the annotations
from ivr.config.people import Wallboard
from ivr.flow.fields import MOST_TRIES, is_variable
from ivr.flow.load import STEPS_BOUNDS
from ivr.flow.model import MOST_VISITS
from ivr.flow.verbs import VISITS_BOUNDS

_ASTERISKS_OWN = frozenset({"general"})
"""Sections of queues.conf that are no queues. Source: app_queue.c, `reload_queues` (22.10.1)."""


def _queue_name(name: str) -> str:
    if name in _ASTERISKS_OWN:
        raise refuse("C012", f"a queue cannot be called '{name}'", "another name; Asterisk keeps this one for itself")
    return name


def _variable(value: object) -> str:
    name = as_text(value)
    if not is_variable(name):
        raise refuse("C003", f"'{name}' cannot be a field", "a name of Latin letters, digits and _")
    return name


def _list_of_texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


QueueName = Annotated[Name, AfterValidator(_queue_name)]
FieldName = Annotated[
    str, BeforeValidator(_variable), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"})
]
FieldType = Literal["text", "number", "money", "date", "datetime", "boolean"]
Spoken = Annotated[Language, name_of("language")]
Titles = Mapping[Spoken, Text]
Said = Annotated[Text, name_of("message")]
"""A message of `prompts/`."""
Strategy = Literal["ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "rrordered", "linear", "wrandom"]
"""How a queue chooses among free agents. Source: app_queue.c `strategies[]` (22.10.1)."""


def _one_of(*names: str) -> ConfigDict:
    """For editors: one of these settings, and no other beside it."""
    return STRICT | ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in names]})


class Part(BaseModel):
    """What every part of the file is: frozen, and strict about its keys."""

    model_config = STRICT


class ServiceLevel(Part):
    """What a queue promises."""

    answer_within_ms: ShortMs = Field(20_000, alias="answer_within")
    """A call counts as answered in time up to here."""
    target: int = Field(80, ge=1, le=100)
    """Per cent of calls that are to be answered in time."""


class Queue(Part):
    """One queue."""

    title: Titles
    """What people see, per language."""
    strategy: Strategy = "rrmemory"
    ring_ms: ShortMs = Field(15_000, alias="ring")
    """How long one agent's telephone rings."""
    retry_ms: ShortMs = Field(1_000, alias="retry")
    """The pause before the next agent is tried."""
    wrap_up_ms: ShortMs = Field(0, alias="wrap_up")
    """How long an agent is left alone after a call."""
    max_length: int = Field(0, ge=0, le=10_000)
    """Callers who may wait; 0 is no bound."""
    weight: int = Field(0, ge=0, le=1_000)
    """Which queue an agent of several serves first; higher first."""
    music: Name = "default"
    """Music class while waiting."""
    service_level: ServiceLevel = ServiceLevel()
    short_abandon_ms: ShortMs = Field(5_000, alias="short_abandon")
    """Who hangs up within this time is left out of the service level."""
    autopause: bool = False
    """Whether an agent who does not answer is paused."""
    extension: Dialled | None = None
    """What agents dial or transfer to."""
    formerly: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Names it had before: reports count what happened under them as this queue's."""


class Agent(Part):
    """One agent and his telephone."""

    name: Text
    queues: Mapping[Annotated[Name, name_of("queue")], Annotated[int, Field(ge=0, le=100)]] = {}
    """Queue to penalty: 0 is asked first."""
    skills: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """What he can do, in the hotline's own names; kept with his stays in queues, and not used for routing."""
    formerly: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Numbers he had before, as `queues` has it."""
    secret: SecretRef
    """His telephone's SIP password."""


class Trunk(Part):
    """Where calls come from."""

    host: Annotated[
        tuple[Text, ...],
        BeforeValidator(_list_of_texts),
        Field(min_length=1, strict=False),
        WithJsonSchema({"type": ["string", "array"], "minLength": 1, "minItems": 1, "items": TEXT}),
    ]
    """Addresses or networks, each with or without a port."""
    contact: Text | None = None
    """SIP URI for calls to the outside; none is a trunk that only receives."""
    qualify_ms: ShortMs = Field(0, alias="qualify")
    """How often Asterisk asks the contact whether it is there (SIP OPTIONS); 0 never, and nobody can tell then. While
    it does not answer Asterisk places no calls there."""


class Schedule(Part):
    """When something is open. See `ivr.config.hours`."""

    open: Text
    """Hours of the week as in OpenStreetMap: `Mo-Fr 09:00-18:00; Sa 09:00-12:00`."""
    time_zone: Zone | None = None
    """Whose wall clocks the hours are read by; none is the hotline's."""
    holidays: Calendar | None = None
    """Whose public holidays are closed days: a country, `CN`, or a part of one, `DE-BY`."""
    on_holidays: Text = "closed"
    """Hours on public holidays: `10:00-16:00`, or `closed`."""
    on_working_weekends: Text | None = None
    """Hours on weekend days that are worked for a bridged holiday (China); none leaves them weekend days."""
    exceptions: Mapping[CalendarDate, Text] = {}
    """Single days with their hours, or `closed`; they win over everything."""


class DataSource(Part):
    """Where lookups ask: a database or an HTTP service."""

    model_config = _one_of("sql", "http")

    sql: Address | None = None
    http: Address | None = None
    headers: Mapping[Text, TextOrSecret] = {}
    """HTTP headers; a secret one by its place."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.sql is None) == (self.http is None):
            raise refuse("C003", "found no 'sql' and no 'http'" if self.sql is None else "found both", "one of the two")
        return self


class Lookup(Part):
    """One question to a data source."""

    model_config = _one_of("sql", "get", "post")

    source: Annotated[Name, name_of("data source")]
    sql: Text | None = None
    """A SELECT with `:name` for each argument."""
    get: Text | None = None
    """A path with `{name}` for arguments; what is not in it goes into the query string."""
    post: Text | None = None
    """The same, with the arguments that are not in it as a JSON body."""
    takes: Mapping[FieldName, FieldType] = {}
    gives: Annotated[Mapping[FieldName, FieldType], Field(min_length=1)]
    as_of: FieldName | None = None
    """The field that says how old the answer is; it counts against a step's `max_age`."""

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        asked = [name for name in ("sql", "get", "post") if getattr(self, name) is not None]
        if len(asked) != 1:
            raise refuse("C003", f"found {' and '.join(asked) or 'no question'}", "one of sql, get and post")
        if self.as_of is not None and self.gives.get(self.as_of) != "datetime":
            raise refuse("C003", f"'as_of' names '{self.as_of}'", "a field of 'gives' that is a datetime")
        return self


class Box(Part):
    """A place for messages of callers."""

    longest_ms: WaitMs = Field(120_000, alias="longest")
    """No recording is longer, whatever a step says."""
    title: Titles = {}


class TicketKind(Part):
    """A kind of ticket that flows open."""

    title: Titles = {}
    """What people see, per language."""
    takes: Mapping[FieldName, FieldType] = {}
    """What a step gives it."""
    within_ms: Annotated[Mapping[Name, DueMs], Field(min_length=1)] = Field(alias="within")
    """Colour to how long it may take to settle it; the first is the usual colour."""


class Prompts(Part):
    """How sentences become sound."""

    voices: Mapping[Spoken, Text] = {}
    """espeak-ng voice per language, where the usual one is not wanted."""
    command: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    """Another speech program and its arguments: see `ivr.prompts.synthesis.engine_from_template`."""


class NoInput(Part):
    """The usual answer to silence."""

    after_ms: KeyMs | None = Field(None, alias="after")
    tries: int | None = Field(None, ge=1, le=MOST_TRIES)
    message: Said | None = None
    then: Text | None = None


class WrongInput(Part):
    """The usual answer to a key that is not on offer."""

    tries: int | None = Field(None, ge=1, le=MOST_TRIES)
    message: Said | None = None
    then: Text | None = None


class Defaults(Part):
    """What flows inherit."""

    no_input: NoInput = NoInput()
    wrong_input: WrongInput = WrongInput()
    first_digit_ms: KeyMs = Field(5_000, alias="first_digit")
    inter_digit_ms: KeyMs = Field(3_000, alias="inter_digit")
    longest_steps: int = Field(200, ge=STEPS_BOUNDS[0], le=STEPS_BOUNDS[1])
    most_visits: int = Field(MOST_VISITS, ge=VISITS_BOUNDS[0], le=VISITS_BOUNDS[1])


class Rescue(Part):
    """The way to a person when the service is away or a flow is at its end."""

    queue: Annotated[Name, name_of("queue")]
    priority: int = Field(10, ge=0, le=1_000)
    longest_ms: WaitMs = Field(600_000, alias="longest")
    message: Said | None = None
    """Said before the queue."""
    busy: Said | None = None
    """The last word when nobody can take the call."""
    goodbye: Said | None = None
    """The last word after a talk."""


class Agi(Part):
    """Where our service listens, and where Asterisk looks for it."""

    listen: Listen = "127.0.0.1:4573"
    servers: Annotated[tuple[Listen, ...], Field(strict=False)] = ()
    """What the dialplan asks, in this order; none is `listen` alone."""
    scripts_at_once: int = Field(200, ge=1, le=2000)
    """Classic scripts that may run at a time, each in a thread of its own; one more fails."""


class Ami(Part):
    """Asterisk's manager interface."""

    host: Text = "127.0.0.1"
    port: int = Field(5038, ge=1, le=65_535)
    user: Name = "hotline"
    secret: SecretRef
    listening: bool = False
    """Whether supervisors may listen to talks: the AMI user may start calls then."""


class Sip(Part):
    """Where Asterisk speaks SIP and RTP."""

    listen: Listen = "127.0.0.1:5060"
    rtp_first: int = Field(10_000, ge=1_024, le=65_535)
    rtp_last: int = Field(11_999, ge=1_024, le=65_535)
    external_address: Text | None = None
    local_nets: Annotated[tuple[Text, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.rtp_first >= self.rtp_last:
            raise refuse("C003", "rtp_first is not below rtp_last", "a range of ports for audio")
        return self


class Hotline(Part):
    """One hotline: everything in `hotline.yaml`, checked."""

    name: Name = Field(alias="hotline")
    title: Titles = {}
    node: Name
    """Name of this Asterisk in every row and message."""
    time_zone: Zone
    """IANA name; schedules, spoken dates and the wallboard's day follow it."""
    region: Country | None = None
    """How calling numbers without a country code are read."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, strict=False)]
    """The first is spoken until the caller has chosen."""
    numbers: Annotated[Mapping[Dialled, Annotated[Text, name_of("flow")]], Field(min_length=1)]
    """Number dialled to flow."""
    queues: Annotated[Mapping[QueueName, Queue], Field(min_length=1)]
    agents: Mapping[AgentId, Agent] = {}
    trunks: Mapping[Name, Trunk] = {}
    hours: Mapping[Name, Schedule] = {}
    data_sources: Mapping[Name, DataSource] = {}
    lookups: Mapping[Name, Lookup] = {}
    voicemail: Mapping[Name, Box] = {}
    tickets: Mapping[Name, TicketKind] = {}
    prompts: Prompts = Prompts()
    defaults: Defaults = Defaults()
    rescue: Rescue
    agi: Agi = Agi()
    ami: Ami
    wallboard: Wallboard = Wallboard()
    sip: Sip = Sip()
    database_url: Address | None = None
    """None is SQLite in `state_dir`."""
    state_dir: Text = "/var/lib/hotline"
    """What this machine keeps: database, sounds, recordings, sockets."""
    queue_log: Text = "/var/log/asterisk/queue_log"
    queue_log_olddir: Text | None = None
    """Where logrotate moves the pieces of it (`olddir`); None leaves them beside it."""
    mail: Mail | None = None
    """Through which server mail goes out; None sends none."""
    keep: Keep = Keep()
    """How long the history, and each kind of thing in it, is kept."""

    @property
    def agi_servers(self) -> tuple[str, ...]:
        """Where the dialplan asks, in order."""
        return self.agi.servers or (self.agi.listen,)
