"""Where each step can go: the flow as a graph, and the rules that need nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dialplan.diagnostics import Diagnostic
from ivr.flow.model import (
    END,
    Assign,
    Branch,
    Callback,
    Collect,
    Dial,
    Flow,
    Hangup,
    Hours,
    Lookup,
    Menu,
    Play,
    Queue,
    QueueState,
    RecordWords,
    Return,
    SayValue,
    Script,
    Step,
    Subflow,
    Survey,
    Ticket,
    Transfer,
    Voicemail,
    Way,
    Ways,
)
from ivr.flow.overlaps import is_covered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dialplan.source import Span

LEAVING = (Queue, Dial, Transfer)
"""Steps that hand the call to Asterisk: a segment ends, and sensitive values do not outlast it."""
ASKING = (Menu, Collect, Survey, Voicemail, RecordWords, *LEAVING)
"""Steps in which the caller is asked, queued, connected or recorded."""


class Exit(NamedTuple):
    """One way out of a step."""

    then: str
    kind: str
    """The words of the flow: `then`, `key 1`, `no_input`, `wrong_input`, `open`, `on_timeout`, `after answered`, …"""
    way: Way | None = None
    """The way with its condition and assignments, where the step has such."""


def exits(step: Step) -> tuple[Exit, ...]:
    """Every way out of a step; none for `return` and `hangup`."""
    leave = _EXITS.get(type(step))
    return () if leave is None else leave(step)


def reachable(flow: Flow) -> frozenset[str]:
    """Every step a call can come to."""
    seen: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        step = flow.steps.get(name)
        if step is None or name in seen:
            continue
        seen.add(name)
        waiting.extend(way.then for way in exits(step))
    return frozenset(seen)


def in_order(flow: Flow) -> list[str]:
    """The steps a call can come to, each after those that lead to it, as far as circles allow (reverse postorder)."""
    seen = {flow.start}
    left: list[str] = []
    work = [(flow.start, iter(exits(flow.steps[flow.start])))] if flow.start in flow.steps else []
    while work:
        name, rest = work[-1]
        way = next(rest, None)
        if way is None:
            left.append(name)
            work.pop()
        elif way.then in flow.steps and way.then not in seen:
            seen.add(way.then)
            work.append((way.then, iter(exits(flow.steps[way.then]))))
    return left[::-1]


def unreachable_steps(flow: Flow) -> Iterator[Diagnostic]:
    """F021: steps no call comes to."""
    found = reachable(flow)
    for name, step in flow.steps.items():
        if name not in found:
            yield Diagnostic("F021", "warning", step.at, f"nothing leads to '{name}'", "a way to it, or no such step")


def dead_ends(flow: Flow) -> Iterator[Diagnostic]:
    """F022: steps from which no way leads to an end, so that only hanging up helps."""
    before: dict[str, set[str]] = {}
    ended: set[str] = set()
    for name, step in flow.steps.items():
        ways = exits(step)
        if isinstance(step, (Return, Hangup)) or any(way.then == END for way in ways):
            ended.add(name)
        for way in ways:
            before.setdefault(way.then, set()).add(name)
    waiting = list(ended)
    while waiting:
        for name in before.get(waiting.pop(), set()) - ended:
            ended.add(name)
            waiting.append(name)
    for name in sorted(reachable(flow) - ended):
        message = f"from '{name}' no way leads to an end"
        yield Diagnostic("F022", "error", flow.steps[name].at, message, "a way to hangup, return or end")


def blind_loops(flow: Flow, asking_flows: Collection[str]) -> Iterator[Diagnostic]:
    """F023: circles in which the caller is never asked, queued or recorded: they would spin until `longest_steps`."""

    def asks(step: Step) -> bool:
        if isinstance(step, Subflow):
            return step.flow in asking_flows
        return isinstance(step, ASKING)

    silent = {name: step for name, step in flow.steps.items() if not asks(step)}
    graph = {name: [way.then for way in exits(step) if way.then in silent] for name, step in silent.items()}
    for circle in circles(graph):
        first = min(circle, key=lambda name: flow.steps[name].at)
        named = " → ".join(f"'{name}'" for name in sorted(circle, key=lambda name: flow.steps[name].at))
        message = f"a circle that never asks the caller: {named}"
        expected = "a menu, collect, survey, queue, dial, voicemail or record in it, or a way out of it"
        yield Diagnostic("F023", "error", flow.steps[first].at, message, expected)


def overlapping_ways(flow: Flow) -> Iterator[Diagnostic]:
    """F024: ways that can never be taken, because one before them is always taken first."""
    for step in flow.steps.values():
        ways = getattr(step, "then", ())
        before: list[Way] = []
        for index, way in enumerate(ways):
            at = way.at or step.at
            if index and ways[index - 1].when is None:
                message = "no call gets here: the way before it has no 'when'"
                yield Diagnostic("F024", "error", at, message, "the way without 'when' last")
                break
            if way.when is None:
                continue
            if not way.when.names:
                message = f"'{' '.join(way.when.source.split())}' is always the same"
                yield Diagnostic("F024", "error", way.when.at or at, message, "a condition that reads something")
                continue
            yield from _taken_before(way, before, at)
            before.append(way)


def _taken_before(way: Way, before: list[Way], at: Span) -> Iterator[Diagnostic]:
    """F024 for a way whose condition is true only where that of an earlier one is."""
    for earlier in before:
        if way.when is None or earlier.when is None or not is_covered(way.when, earlier.when):
            continue
        condition, first = (" ".join(each.source.split()) for each in (way.when, earlier.when))
        line = earlier.when.at.line if earlier.when.at else 0
        if condition == first:
            message, expected = f"'{condition}' stands in line {line} already", "another condition"
        else:
            message = f"no call gets here: where '{condition}' is true, '{first}' (line {line}) is true, too"
            expected = "another condition, or this way before that one"
        yield Diagnostic("F024", "error", way.when.at or at, message, expected)
        return


def asking_flows(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Flows that no call goes through without being asked, queued, connected or recorded."""
    asking: frozenset[str] = frozenset()
    while True:
        more = frozenset(name for name, flow in flows.items() if not _can_be_passed(flow, asking))
        if more == asking:
            return asking
        asking = more


def _can_be_passed(flow: Flow, asking: Collection[str]) -> bool:
    """Whether some way leads from the beginning to the end of a flow and asks nothing."""
    seen: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        step = flow.steps.get(name)
        if name == END or isinstance(step, Return):
            return True
        if step is None or name in seen or isinstance(step, ASKING):
            continue
        seen.add(name)
        if not (isinstance(step, Subflow) and step.flow in asking):
            waiting.extend(way.then for way in exits(step))
    return False


def leaving_flows(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Flows that hand the call to a queue or an extension somewhere: sensitive values do not outlast them."""
    return _spread(flows, {name for name, flow in flows.items() if _has(flow, LEAVING)})


def circles(graph: Mapping[str, list[str]]) -> list[frozenset[str]]:
    """Every set of names that reach each other, and every name that reaches itself (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(graph[other])))
                    break
                if other in stack:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    at = stack.index(name)
                    together = frozenset(stack[at:])
                    del stack[at:]
                    if len(together) > 1 or name in graph[name]:
                        found.append(together)
    return found


def _ways(ways: Ways) -> tuple[Exit, ...]:
    return tuple([Exit(way.then, "then", way) for way in ways])


def _keys(keys: Mapping[str, Way]) -> tuple[Exit, ...]:
    return tuple(Exit(way.then, f"key {key}", way) for key, way in keys.items())


def _after(after: Mapping[str, str]) -> tuple[Exit, ...]:
    return tuple(Exit(then, f"after {outcome}") for outcome, then in after.items())


def _then(step: Any) -> tuple[Exit, ...]:
    return _ways(step.then)


def _menu(menu: Menu) -> tuple[Exit, ...]:
    return (*_keys(menu.keys), Exit(menu.no_input.then, "no_input"), Exit(menu.wrong_input.then, "wrong_input"))


def _asked(step: Collect | Survey) -> tuple[Exit, ...]:
    return (*_ways(step.then), Exit(step.no_input.then, "no_input"), Exit(step.wrong_input.then, "wrong_input"))


def _hours(hours: Hours) -> tuple[Exit, ...]:
    return (Exit(hours.open, "open"), Exit(hours.closed, "closed"))


def _lookup(lookup: Lookup) -> tuple[Exit, ...]:
    failed = [Exit(lookup.on_timeout, "on_timeout"), Exit(lookup.on_error, "on_error")]
    if lookup.on_missing is not None:
        failed.append(Exit(lookup.on_missing, "on_missing"))
    return (*_ways(lookup.then), *failed)


def _queue(queue: Queue) -> tuple[Exit, ...]:
    return (*_after(queue.after), *_keys(queue.exit_keys))


def _connected(step: Dial | Transfer) -> tuple[Exit, ...]:
    return _after(step.after)


def _script(script: Script) -> tuple[Exit, ...]:
    return (*_ways(script.then), Exit(script.on_error, "on_error"))


_EXITS: Final[Mapping[type[Step], Callable[[Any], tuple[Exit, ...]]]] = {
    **dict.fromkeys(
        (Play, SayValue, Assign, Branch, Voicemail, Subflow, RecordWords, Callback, Ticket, QueueState), _then
    ),
    Menu: _menu,
    Collect: _asked,
    Survey: _asked,
    Hours: _hours,
    Lookup: _lookup,
    Queue: _queue,
    Dial: _connected,
    Transfer: _connected,
    Script: _script,
}
"""Each verb's ways out; every step of every flow is asked for them several times in a check."""


def _has(flow: Flow, kinds: tuple[type[Step], ...]) -> bool:
    return any(isinstance(step, kinds) for step in flow.steps.values())


def _spread(flows: Mapping[str, Flow], found: set[str]) -> frozenset[str]:
    """The flows found, and those that run them."""
    while True:
        more = {
            name
            for name, flow in flows.items()
            if any(isinstance(step, Subflow) and step.flow in found for step in flow.steps.values())
        }
        if more <= found:
            return frozenset(found)
        found |= more
