"""A real site's history, and an independent reading of its rules: both must agree, posting by posting."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.books.blank import blank_books
from ledger.core.books.evolve import evolve
from ledger.core.books.shelf import MEMBER
from ledger.core.commands import RecordContribution, Stamped
from ledger.core.decide.answers import Accepted
from ledger.core.events import ContributionRecorded, Event, decisions
from ledger.core.plan import plan
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.values import identity
from ledger.service.rulebooks import presets
from tests.core.plain_reading import PlainReading, Posting
from tests.core.play import cached_read, instant, state
from tests.shared import shared

CONTRIB = """\
units: {points: {}}
community: {accept_late: forever}
rules:
RULES"""
KINDS = {
    "code": 10,
    "doc": 6,
    "test": 6,
    "bug": 3,
    "ideas": 3,
    "review": 5,
    "infra": 5,
    "question": 4,
    "example": 4,
}


class Site:
    """A site's history, read by our rules."""

    def __init__(self, rulebook: str) -> None:
        self.books = blank_books(Versions((Version(1, None, cached_read(rulebook)),)))
        self.names: dict[int, str] = {}

    def take(self, document: dict[str, Any]) -> list[Posting]:
        """Record an event and return its postings; what wanted nothing is none."""
        command = command_of(document)
        assert command.occurred_at is not None
        (answer,) = plan(self.books, [Stamped(command, b"")], at=command.occurred_at)
        assert isinstance(answer, Accepted)
        event = self.books.events[-1].event
        self._learn(document, event)
        return [
            Posting(event.key, self.names[d.member], d.wanted, d.granted, d.after)
            for d in decisions(event)
            if d.wanted and d.member
        ]

    def _learn(self, document: dict[str, Any], event: Event) -> None:
        assert isinstance(event.fact, ContributionRecorded)
        data = document["data"]
        if event.fact.actor:
            self.names[event.fact.actor] = data["member"]
        self.names |= {member: data["people"][role] for role, member in event.fact.people.items()}


def command_of(document: dict[str, Any]) -> RecordContribution:
    data, source = document["data"], document["source"]
    return RecordContribution(
        source=source,
        key=document["id"],
        type=document["type"],
        subject=document.get("subject"),
        occurred_at=instant(document["time"]),
        actor=identity(data["member"], source=source) if "member" in data else None,
        people={role: identity(who, source=source) for role, who in data.get("people", {}).items()},
        undoes=data.get("undoes"),
        data={name: value for name, value in data.items() if name not in ("member", "people", "undoes")},
        imported=True,
    )


def events(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


class Read:
    """A whole history, read by both."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.plain = Site(presets()["stack_exchange_2016"]), PlainReading()
        self.postings: list[Posting] = []
        self.apart: list[tuple[list[Posting], list[Posting]]] = []
        self.folder = folder
        self.take("events_t1.ndjson.gz")

    def take(self, name: str) -> None:
        for document in events(self.folder / name):
            ours, plain = self.ours.take(document), self.plain.take(document)
            self.postings += ours
            if ours != plain:
                self.apart.append((ours, plain))

    def balances(self) -> dict[str, int]:
        sums = dict.fromkeys(self.ours.names.values(), 0)
        for posting in self.postings:
            sums[posting.member] += posting.applied
        return sums


@cache
def _first(folder: Path) -> Read:
    return Read(folder)


@pytest.fixture
def site() -> Read:
    """The first export, read once for all tests: it must not be changed."""
    return _first(shared("data/qa-a"))


def test_every_posting_of_the_first_export_in_order(site: Read) -> None:
    expected = [
        Posting(row["event_id"], row["member"], int(row["wanted"]), int(row["applied"]), int(row["balance_after"]))
        for row in rows(site.folder / "expected/postings_t1.csv.gz")
    ]
    assert len(expected) == 15_038
    assert site.postings == expected
    assert site.apart == []


def test_every_balance_of_the_first_export(site: Read) -> None:
    expected = rows(site.folder / "expected/balances_t1.csv.gz")
    assert len(expected) == 3_657
    assert site.balances() == {row["member"]: int(row["balance"]) for row in expected}


def test_balances_at_the_end_of_three_days(site: Read) -> None:
    at = {event.key: event.occurred_at for event in (written.event for written in site.ours.books.events)}
    for row in rows(site.folder / "expected/as_of_t1.csv.gz"):
        end = instant(f"{row['end_of_day_utc']}T23:59:59.999999Z")
        has = sum(p.applied for p in _of(site, row["member"]) if at[p.event] <= end)
        assert has == int(row["balance"]), row


@cache
def _of(site: Read, member: str) -> list[Posting]:
    return [posting for posting in site.postings if posting.member == member]


def test_when_each_level_was_first_reached(site: Read) -> None:
    ladder = site.ours.books.versions.latest.rulebook.ladders[0]
    thresholds = {level.code: level.threshold for level in ladder.levels}
    reached: dict[tuple[str, int], str] = {}
    for written in site.ours.books.events:
        fact = written.event.fact
        for change in fact.tiers if isinstance(fact, ContributionRecorded) else ():
            top = thresholds.get(change.after or "", 0)
            for threshold in thresholds.values():
                if threshold <= top:
                    reached.setdefault((site.ours.names[change.member], threshold), written.event.key)
    expected = rows(site.folder / "expected/tier_first_reached_t1.csv.gz")
    assert len(expected) == 1_374
    members = {row["member"] for row in rows(site.folder / "expected/balances_t1.csv.gz") if row["active"] == "1"}
    found = {key: event for key, event in reached.items() if key[0] in members}
    wanted = {(row["member"], int(row["threshold"])): row["event_id"] for row in expected}
    assert {key: event for key, event in found.items() if key[1] in {t for _, t in wanted}} == {
        key: event for key, event in wanted.items() if key[1] in thresholds.values()
    }


def test_the_log_folds_to_the_same_books(site: Read) -> None:
    folded = blank_books()
    for written in site.ours.books.events:
        evolve(folded, written.event)
    assert state(folded) == state(site.ours.books)


def test_every_balance_after_the_second_export() -> None:
    folder = shared("data/qa-a")
    site = Read(folder)
    site.take("events_t2_delta.ndjson.gz")
    expected = rows(folder / "expected/balances_t2.csv.gz")
    assert len(expected) == 3_947
    found = site.balances()
    assert {row["member"]: found.pop(row["member"]) for row in expected} == {
        row["member"]: int(row["balance"]) for row in expected
    }
    left = {member for member, name in site.ours.names.items() if site.ours.books.read(MEMBER, (member,)).left_at}
    assert set(found) == {site.ours.names[member] for member in left}  # the site names them no more
    assert site.apart == []


def contrib_rules() -> str:
    """Spell the rules of the contributions: one a kind, and one for every other kind."""
    undo = "undo_on: [{event: contribution.revoked, match: [member, kind]}]"
    rule = "  - {{id: {0}, event: contribution.credited, amount: {1}, once_per: [member, kind], when: {2}, {3}}}\n"
    spelled = [rule.format(kind, points, f"{{kind: {kind}}}", undo) for kind, points in KINDS.items()]
    spelled.append(rule.format("other", 2, f"{{kind: {{not_in: [{', '.join(KINDS)}]}}}}", undo))
    return CONTRIB.replace("RULES", "".join(spelled))


def test_every_contributor_of_an_open_source_project() -> None:
    folder = shared("data/contrib-a")
    site = Site(contrib_rules())
    sums: dict[str, int] = {}
    for document in events(folder / "events.ndjson.gz"):
        for posting in site.take(document):
            sums[posting.member] = sums.get(posting.member, 0) + posting.applied
    expected = {row["member"]: int(row["points"]) for row in rows(folder / "expected.csv")}
    assert len(expected) == 170
    assert {member: sums.get(member, 0) for member in expected} == expected
    assert set(sums) <= set(expected)


WHO = st.sampled_from(["ann", "bob", "eve"])
WHAT = st.sampled_from(["p1", "p2"])
DAYS = st.sampled_from(["2016-01-05T10:00:00Z", "2016-01-06T00:00:00Z", "2016-01-05T23:59:59.999Z"])


@st.composite
def documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw a short history of a small site, with whole days of votes at once."""
    history: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 25))):
        type_ = draw(st.sampled_from(TYPES))
        data: dict[str, Any] = {"people": {"author": draw(WHO)}}
        if type_ in ("member.joined", "edit.approved", "account.linked", "bounty.offered"):
            data = {"member": draw(WHO)}
        if type_ == "answer.accepted" and draw(st.booleans()):
            data["member"] = draw(WHO)
        if type_ in ("account.linked", "bounty.offered", "bounty.awarded"):
            data["amount"] = draw(st.integers(1, 300))
        if type_ == "post.removed":
            data |= {"score": draw(st.integers(2, 3)), "age_days": draw(st.integers(59, 60))}
        if type_ in ("vote.retracted", "comment.removed") and history:
            data["undoes"] = draw(st.sampled_from(history))["id"]
        elif type_ in ("vote.retracted", "comment.removed"):
            continue
        if "voted" in type_:
            data["wiki"] = draw(st.sampled_from([False, False, False, True]))
        times = draw(st.sampled_from([1, 1, 19, 45])) if "voted" in type_ or type_ == "edit.approved" else 1
        subject, time = draw(WHAT), draw(DAYS)
        history += [
            {
                "id": f"e{len(history) + n}",
                "source": "site",
                "type": type_,
                "subject": subject,
                "time": time,
                "data": data,
            }
            for n in range(times)
        ]
    return history


TYPES = [
    "member.joined",
    "question.upvoted",
    "answer.upvoted",
    "question.downvoted",
    "answer.downvoted",
    "answer.accepted",
    "edit.approved",
    "account.linked",
    "bounty.awarded",
    "bounty.offered",
    "post.removed",
    "vote.retracted",
    "comment.removed",
    "comment.posted",
]


@settings(max_examples=60)
@given(documents())
def test_two_readings_of_the_rules_agree_on_any_history(history: list[dict[str, Any]]) -> None:
    ours, plain = Site(presets()["stack_exchange_2016"]), PlainReading()
    for document in history:
        assert ours.take(document) == plain.take(document)
