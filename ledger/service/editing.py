"""Changes single values in a rulebook's text: all else stays as its author wrote it, comments too."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import yaml

from ledger.core.lines import amount
from ledger.core.rulebook.grammar import Rule, Rulebook
from ledger.core.tiers.terms import MEMBER_FOR
from ledger.service.rulebooks import read

BOUNDS = ("gte", "gt", "lte", "lt")
MODES = ("all", "any", "none")
_PLAIN = re.compile(r"[\w.@+-](?:[\w.@+ =;/-]*[\w.@+=;/-])?\Z")


class RuleEdit(NamedTuple):
    """What is to be otherwise of a rule; None is as it is. `caps` are minor units by period, None for no cap."""

    code: str
    points: int | None = None
    caps: Mapping[str, int | None] = {}
    cooldown_minutes: int | None = None
    needs_review: bool | None = None
    enabled: bool | None = None
    names: Mapping[str, str] = {}


class Asked(NamedTuple):
    """A requirement: so much of a metric, in minor units, days or a count; `days` None keeps its window."""

    metric: str
    target: int
    days: int | None = None


class LevelEdit(NamedTuple):
    """What is to be otherwise of a level; None is as it is. `mode` is all, any or none."""

    code: str
    mode: str | None = None
    requirements: tuple[Asked, ...] | None = None


class CannotEdit(Exception):
    """An edit cannot be made in this text; `code` says why, of the rule or the level with this number."""

    def __init__(self, code: str, section: str, number: int) -> None:
        super().__init__(f"{section}[{number}]: {code}")
        self.code = code
        self.section = section
        self.number = number


class Patch(NamedTuple):
    """A part of the text, and what is to stand there."""

    start: int
    end: int
    text: str


def edited(text: str, rules: Sequence[RuleEdit], levels: Sequence[LevelEdit]) -> str:
    """Return a sound rulebook's text with some values changed; whether it still is sound is not looked at.

    Raises:
        CannotEdit: there is no such rule or level, or it says too much to be changed so.
        RulebookFaulty: the text has faults.
    """
    page = _Page(text)
    patches = [page.rule(edit, number) for number, edit in enumerate(rules)]
    patches += [patch for number, edit in enumerate(levels) for patch in page.level(edit, number)]
    for patch in sorted(patches, reverse=True):
        text = text[: patch.start] + patch.text + text[patch.end :]
    return text


def with_calendar(text: str, *, tz: str | None = None, week_start: str | None = None) -> str:
    """Return a sound rulebook's text with another time zone or first day of the week.

    Raises:
        RulebookFaulty: the text has faults.
    """
    said = {name: _plain(value) for name, value in (("tz", tz), ("week_start", week_start)) if value is not None}
    patch = _Page(text).community(said)
    return text[: patch.start] + patch.text + text[patch.end :]


class _Page:
    """A text beside its nodes, which say where each value stands, and the rulebook that it spells."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rulebook: Rulebook = read(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        assert isinstance(root, yaml.MappingNode)
        self._root = root

    def community(self, said: Mapping[str, str | None]) -> Patch:
        """Return how the community's calendar changes."""
        node = _at(self._root, "community")
        if isinstance(node, yaml.MappingNode) and node.value:
            return self._patched(node, said)
        named = {name: _flow(item) for name, item in _pairs(node)} | {
            k: v for k, v in said.items() if v is not None
        }
        return self._patched(self._root, {"community": _spelled(named)})

    def rule(self, edit: RuleEdit, number: int) -> Patch:
        """Return how a rule changes."""
        rule = next((one for one in self._rulebook.rules if one.id == edit.code), None)
        node = next((one for one in _items(_at(self._root, "rules")) if _word(_at(one, "id")) == edit.code), None)
        if rule is None or node is None:
            raise CannotEdit("RULE_UNKNOWN", "rules", number)
        return self._patched(node, self._said(edit, rule, node))

    def _said(self, edit: RuleEdit, rule: Rule, node: yaml.MappingNode) -> dict[str, str | None]:
        """Return what a rule's keys are to say; None takes a key away."""
        scale = next(unit.scale for unit in self._rulebook.units if unit.code == rule.unit)
        said: dict[str, str | None] = {}
        if edit.points is not None:
            said["amount"] = amount(edit.points, scale)
        if edit.caps:
            said["caps"] = self._caps(edit.caps, node, scale)
        if edit.cooldown_minutes is not None:
            said["cooldown"] = f"{edit.cooldown_minutes}m"
        if edit.needs_review:
            said["pending"] = "review"
        elif edit.needs_review is False and rule.pending is not None and rule.pending.delay is None:
            said["pending"] = None
        if edit.enabled is not None:
            said["enabled"] = str(edit.enabled).lower()
        if edit.names:
            named = {name: _flow(item) for name, item in _pairs(_at(node, "names"))}
            named |= {locale: _quoted(text) for locale, text in edit.names.items()}
            said["names"] = _spelled(named)
        return said

    def _caps(self, wanted: Mapping[str, int | None], node: yaml.MappingNode, scale: int) -> str:
        """Return a rule's caps, with those of points per period and receiver as they are wanted."""
        written = _at(node, "caps") or _at(_at(self._root, "defaults"), "caps")
        caps = [{name: _flow(item) for name, item in _pairs(cap)} for cap in _items(written)]
        for per, points in wanted.items():
            found = next((cap for cap in caps if _is_plain(cap, per)), None)
            if points is None:
                caps = [cap for cap in caps if cap is not found]
            elif found is not None:
                found["points"] = amount(points, scale)
            else:
                caps.append({"points": amount(points, scale), "per": per})
        return f"[{', '.join(_spelled(cap) for cap in caps)}]"

    def level(self, edit: LevelEdit, number: int) -> Iterator[Patch]:
        """Yield how a level changes."""
        for ladder in self._rulebook.ladders:
            if edit.code not in [level.code for level in ladder.levels]:
                continue
            levels = _at(_at(_at(self._root, "tiers"), ladder.code), "levels")
            if isinstance(levels, yaml.MappingNode):
                yield from self._threshold(edit, levels, f"{ladder.unit}.{ladder.measure}", number)
            else:
                node = next(one for one in _items(levels) if _word(_at(one, "id")) == edit.code)
                yield from self._terms(edit, node, number)
            return
        raise CannotEdit("LEVEL_UNKNOWN", "tiers", number)

    def _threshold(self, edit: LevelEdit, levels: yaml.MappingNode, metric: str, number: int) -> Iterator[Patch]:
        wanted = edit.requirements
        if wanted is None and edit.mode in (None, MODES[0]):
            return
        if wanted is None or edit.mode not in (None, MODES[0]) or [one.metric for one in wanted] != [metric]:
            raise CannotEdit("TIER_NOT_EDITABLE", "tiers", number)
        found = _at(levels, edit.code)
        assert found is not None
        yield Patch(found.start_mark.index, found.end_mark.index, self._target(metric, wanted[0].target))

    def _terms(self, edit: LevelEdit, level: yaml.MappingNode, number: int) -> Iterator[Patch]:
        enter = _at(level, "enter")
        marks, parts, wanted = list(_leaves(enter)), _pairs(enter), edit.requirements
        mode = None if edit.mode == _mode(parts) else edit.mode
        if wanted is None and mode is None:
            return
        if wanted is not None and mode is None and _metrics(marks) == Counter(one.metric for one in wanted):
            for one in wanted:
                mark = _taken(marks, one)
                assert mark is not None
                yield self._patched(mark, dict(self._mark(mark, one, number)))
            return
        if len(parts) > 1 or any(_at(one, "metric") is None for _, item in parts for one in _items(item)):
            raise CannotEdit("TIER_NOT_EDITABLE", "tiers", number)
        mode = mode or _mode(parts)
        if wanted is None:
            listed = [_flow(mark) for mark in marks]
        else:
            listed = [self._written(_taken(marks, one), one, number) for one in wanted]
        yield self._patched(level, {"enter": f"{{{mode}: [{', '.join(listed)}]}}"})

    def _written(self, mark: yaml.MappingNode | None, one: Asked, number: int) -> str:
        """Return a requirement, with what its old spelling says beside target and window."""
        said = (
            {name: _flow(item) for name, item in _pairs(mark)}
            if mark is not None
            else {"metric": _plain(one.metric)}
        )
        return _spelled(said | self._mark(mark, one, number))

    def _mark(self, mark: yaml.MappingNode | None, one: Asked, number: int) -> dict[str, str]:
        bound = next((name for name, _ in _pairs(mark) if name in BOUNDS), BOUNDS[0])
        before = _at(mark, bound)
        if before is not None and not isinstance(before, yaml.ScalarNode):
            raise CannotEdit("TIER_NOT_EDITABLE", "tiers", number)
        window = {} if one.days is None else {"in": f"{one.days}d"}
        return window | {bound: self._target(one.metric, one.target)}

    def _target(self, metric: str, target: int) -> str:
        """Return a target as a rulebook spells it."""
        unit = next((one for one in self._rulebook.units if one.code == metric.rpartition(".")[0]), None)
        if unit is not None:
            return amount(target, unit.scale)
        return f"{target}d" if metric == MEMBER_FOR else str(target)

    def _patched(self, node: yaml.MappingNode, said: Mapping[str, str | None]) -> Patch:
        """Return a mapping with some keys saying something else; what is new stands at its end."""
        spans = [(_word(key), key.start_mark.index, self._end(value)) for key, value in node.value]
        written = ""
        for place, (name, start, end) in enumerate(spans):
            if name in said and said[name] is None:
                continue
            if written:
                written += self._text[spans[place - 1][2] : start]
            written += f"{name}: {said[name]}" if name in said else self._text[start:end]
        apart = ", " if node.flow_style else "\n" + " " * node.start_mark.column
        known = {name for name, _, _ in spans}
        for name, value in said.items():
            if value is not None and name not in known:
                written += f"{apart}{name}: {value}"
        return Patch(spans[0][1], spans[-1][2], written)

    def _end(self, node: yaml.Node) -> int:
        """Return where a value ends: YAML counts the blanks after a block to it."""
        start = node.start_mark.index
        return start + len(self._text[start : node.end_mark.index].rstrip())


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(_word(key), value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _at(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _pairs(node) if key == name), None)


def _items(node: yaml.Node | None) -> list[yaml.MappingNode]:
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    return [item for item in items if isinstance(item, yaml.MappingNode)]


def _word(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _leaves(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    """Yield the requirements in terms, in order."""
    for name, item in _pairs(node):
        for one in _items(item) if name in MODES else ():
            if _at(one, "metric") is not None:
                yield one
            else:
                yield from _leaves(one)


def _mode(parts: list[tuple[str, yaml.Node]]) -> str:
    """Return how many requirements must be met, as a tier says it."""
    names = [name for name, _ in parts]
    if names == ["none"]:
        return "none"
    return "any" if names == ["any"] else "all"


def _metrics(marks: list[yaml.MappingNode]) -> Counter[str]:
    return Counter(_word(_at(mark, "metric")) for mark in marks)


def _taken(marks: list[yaml.MappingNode], one: Asked) -> yaml.MappingNode | None:
    """Take the requirement that is meant out of those that are left: the one with this window, or the first."""
    meant = [mark for mark in marks if _word(_at(mark, "metric")) == one.metric]
    same = [mark for mark in meant if _word(_at(mark, "in")) == f"{one.days}d"]
    found = next(iter((*same, *meant)), None)
    if found is not None:
        marks.remove(found)
    return found


def _is_plain(cap: Mapping[str, str], per: str) -> bool:
    """Say whether a cap is one of points per period and receiver, on every level."""
    by = cap.get("by", "to").strip("[]")
    return "points" in cap and cap.get("per") == per and by == "to" and "tiers" not in cap


def _flow(node: yaml.Node) -> str:
    """Return a node on one line."""
    match node:
        case yaml.MappingNode():
            return _spelled({name: _flow(item) for name, item in _pairs(node)})
        case yaml.SequenceNode():
            return f"[{', '.join(_flow(item) for item in node.value)}]"
    text, style = str(node.value), getattr(node, "style", None)
    return _quoted(text) if style is not None else _plain(text)


def _plain(text: str) -> str:
    """Return a text as YAML takes it: as it is, or in quotes where it could be read as something else."""
    return text if not text or _PLAIN.match(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _spelled(items: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_plain(name)}: {item}" for name, item in items.items()) + "}"
