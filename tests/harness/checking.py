"""What must hold after any trouble; looking is apart from judging, so that judging is tested on planted faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.service.verify import verify
from ledger.store.engine import Database, address
from ledger.store.reads.journal import events as logged
from tests.harness.town import SOURCE, Town, plain_count
from tests.service.sayings import rows_of

MOST = 20


class Receipt(NamedTuple):
    """What a client was told of one event."""

    position: int
    hash: str
    entries: tuple[tuple[str, str, int, int, str], ...] = ()


class Logged(NamedTuple):
    """One event as the log holds it."""

    position: int
    source: str
    key: str
    hash: str


class Found(NamedTuple):
    """What is in the database."""

    log: list[Logged]
    balances: dict[str, int]
    differences: list[str]


def receipt_of(result: Mapping[str, Any]) -> Receipt:
    """Read a result that is recorded or replayed."""
    entries = ((one["member"], one["unit"], one["delta"], one["balance"], one["rule"]) for one in result["entries"])
    return Receipt(result["position"], result["hash"], tuple(entries))


async def look(town: Town) -> Found:
    """Read the log, the balances, and what `verify` finds."""
    database, community = Database(address(town.url)), town.community.id
    try:
        log = [
            Logged(one.event.position, one.event.source, one.event.key, one.hash.hex())
            async for one in logged(database, community)
        ]
        names = {row[0]: row[1] for row in await rows_of(database, community, "identity", "member", "external_id")}
        accounts = await rows_of(database, community, "account", "member", "balance")
        balances = {names[member]: balance for member, balance in accounts if balance}
        found = await verify(database, community)
    finally:
        await database.close()
    return Found(log, balances, [repr(one) for one in found.differences])


def complaints(
    acknowledged: Mapping[str, Receipt], sent: Mapping[str, Mapping[str, Any]], found: Found
) -> list[str]:
    """Return what is wrong: nothing acknowledged is lost or doubled, and every point is accounted for."""
    said = [f"verify: {difference}" for difference in found.differences]
    positions = [one.position for one in found.log]
    if positions != list(range(1, len(positions) + 1)):
        said.append("positions are not 1, 2, 3, …")
    ours = [one for one in found.log if one.source == SOURCE]
    said += [
        f"{key} is recorded {times} times" for key, times in Counter(one.key for one in ours).items() if times > 1
    ]
    said += [f"{one.key} is recorded, and nobody sent it" for one in ours if one.key not in sent]
    by_key = {one.key: one for one in ours}
    for key, receipt in acknowledged.items():
        one = by_key.get(key)
        if one is None:
            said.append(f"{key} was acknowledged at {receipt.position} and is lost")
        elif (one.position, one.hash) != (receipt.position, receipt.hash):
            said.append(f"{key} was acknowledged as {receipt[:2]} and is {(one.position, one.hash)}")
    counted = plain_count(dict(sent[key]) for key in by_key if key in sent)
    for member in sorted(counted.keys() | found.balances.keys()):
        if counted.get(member, 0) != found.balances.get(member, 0):
            balance = found.balances.get(member, 0)
            said.append(f"{member} has {balance}, a plain count gives {counted.get(member, 0)}")
    return said[:MOST]


def complaints_of_repeats(first: Mapping[str, Receipt], again: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with answers to events that were acknowledged before."""
    said = [f"{key} has no answer the second time" for key in first.keys() - again.keys()]
    for key, result in again.items():
        if result["status"] != "replayed":
            said.append(f"{key} is {result['status']} the second time")
        elif receipt_of(result) != first[key]:
            said.append(f"{key} was answered {first[key]}, the second time {receipt_of(result)}")
    return said[:MOST]


def complaints_of_three(answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return what is wrong with answers to events that came three times at once."""
    said: list[str] = []
    for key, results in answers.items():
        if sorted(one["status"] for one in results) != ["recorded", "replayed", "replayed"]:
            said.append(f"{key} is answered {[one['status'] for one in results]}")
        elif len({receipt_of(one) for one in results}) != 1:
            said.append(f"{key} is answered differently: {[receipt_of(one) for one in results]}")
    return said[:MOST]


def complaints_of_cap(deltas: list[int], *, amount: int, cap: int) -> list[str]:
    """Return what is wrong with what many parallel posts were granted at one cap."""
    granted = sorted((delta for delta in deltas if delta), reverse=True)
    wanted = [amount] * (cap // amount) + [cap % amount] * bool(cap % amount)
    return [] if granted == wanted else [f"granted {granted}, expected {wanted}"]
