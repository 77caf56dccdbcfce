"""What must hold of every log, counted anew from what its events say."""

from __future__ import annotations

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from ledger.core.books.shelf import ACCOUNT
from ledger.core.calendar import local_date, moment
from ledger.core.events import Event, decisions
from ledger.core.outcomes import Decision, EntryKind, GrantRef
from ledger.core.postings import posting
from ledger.core.rulebook.grammar import Cap
from ledger.core.values import LARGEST_POINTS, MemberId
from tests.core.play import Play


def all_accounts_sum_to_zero(play: Play) -> None:
    accounts: Counter[tuple[str, str]] = Counter()
    for event in play.events:
        for decision in decisions(event):
            if (moved := posting(decision)) is not None:
                assert moved.amount > 0
                accounts[moved.source, moved.unit] -= moved.amount
                accounts[moved.destination, moved.unit] += moved.amount
    assert sum(accounts.values()) == 0
    for (name, unit), amount in accounts.items():
        if name.startswith("member:"):
            member = int(name.removeprefix("member:"))
            assert play.books.read(ACCOUNT, (member, unit)).balance == amount
            assert abs(amount) <= LARGEST_POINTS


def only_what_was_granted_is_taken_back(play: Play) -> None:
    for event in play.events:
        for decision in decisions(event):
            if (ref := decision.reverses) is not None:
                taken = _granted_at(play, ref)
                assert (decision.wanted, decision.pending) in ((-taken, 0), (0, -taken))
                assert min(0, decision.wanted) <= decision.granted <= max(0, decision.wanted)


def what_waits_is_in_no_balance(play: Play) -> None:
    """What waits is counted apart, until it is released or taken back: never below nothing."""
    waits: Counter[tuple[MemberId | None, str]] = Counter()
    for event in play.events:
        for one in decisions(event):
            assert not one.pending or one.granted == (-one.pending if one.releases is not None else 0)
            waits[one.member, one.unit] += one.pending
            assert waits[one.member, one.unit] >= 0
    for (member, unit), amount in waits.items():
        assert member is None or play.books.read(ACCOUNT, (member, unit)).pending == amount


def a_lot_ends_at_the_midnight_after_its_last_day(play: Play) -> None:
    zone = play.rulebook.community.tz
    for event in play.events:
        for one in decisions(event):
            for lot in one.lots if one.kind is EntryKind.AWARD and one.granted > 0 else ():
                unit = play.books.versions.numbered(event.rulebook).units[one.unit]
                assert unit.expiry is not None
                assert lot.expires_at is not None
                ends = moment(lot.expires_at).astimezone(ZoneInfo(zone))
                dated = local_date(event.occurred_at if one.dated is None else one.dated, zone)
                assert (ends.hour, ends.minute, ends.second) == (0, 0, 0)
                assert (ends.date() - dated).days == unit.expiry.days + 1


def no_grant_passes_the_caps_of_its_rulebook(play: Play) -> None:
    """Count from the log what was granted per rule, member and day, and hold it against the caps of each grant."""
    gross: defaultdict[object, int] = defaultdict(int)
    count: defaultdict[object, int] = defaultdict(int)
    net: defaultdict[object, int] = defaultdict(int)
    for event in play.events:
        for one in decisions(event):
            source = event if one.reverses is None else play.events[one.reverses.position - 1]
            key = (one.rule, one.member, _day(play, source))
            if one.rule in ("said", "thanked"):
                net[key[1:]] += one.granted
            if one.kind is EntryKind.REVERSAL:
                count[key] -= _is_whole(one)
            amount = max(0, one.pending) + (one.granted if one.releases is None else 0)
            if one.kind is not EntryKind.AWARD or amount <= 0:
                continue
            version = play.books.versions.numbered(event.rulebook)
            gross[key] += amount
            count[key] += 1
            for cap in version.rule[one.rule].caps:
                assert _stands(cap, gross[key], count[key]), (event, one)
            for group in version.groups_of.get(one.rule, ()):
                assert net[key[1:]] <= group.points, (event, one)


PROMISES = (
    all_accounts_sum_to_zero,
    only_what_was_granted_is_taken_back,
    what_waits_is_in_no_balance,
    a_lot_ends_at_the_midnight_after_its_last_day,
    no_grant_passes_the_caps_of_its_rulebook,
)


def _granted_at(play: Play, ref: GrantRef) -> int:
    """Return what the decision granted, at once or later, that a reversal names."""
    one = decisions(play.events[ref.position - 1])[ref.ordinal]
    return one.granted or one.pending


def _is_whole(reversal: Decision) -> bool:
    """Say whether all was taken back that had not expired."""
    left = next((step.after for step in reversal.steps if step.code == "expired"), reversal.wanted)
    return reversal.granted == left


def _stands(cap: Cap, gross: int, count: int) -> bool:
    return (cap.points is None or gross <= cap.points) and (cap.count is None or count <= cap.count)


def _day(play: Play, event: Event) -> str:
    return str(local_date(event.occurred_at, play.rulebook.community.tz))
