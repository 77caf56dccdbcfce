"""The demo: a community with a little history, and keys that are printed at every start."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.core.commands import RecordContribution
from ledger.core.values import DAY, HOUR, Micros, identity
from ledger.service.access import Scope, create_key
from ledger.service.communities import begin
from ledger.service.ledger import Ledger

SLUG = "demo"
KEYS_FILE = "demo-keys"
SOURCE = "demo:group"


async def prepare(ledger: Ledger) -> dict[str, str]:
    """Make the demo, if it is not there, and return its keys by name."""
    community = await ledger.community(SLUG)
    if community is None:
        community = await begin(ledger.database, ledger.writer, SLUG, name="Demo", preset="stack_exchange_2016")
    await ledger.writer.submit(community, history(ledger.clock()))
    path = Path(ledger.settings.data_dir) / KEYS_FILE
    if path.exists():
        return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())
    keys = {
        "OPERATOR_KEY": await create_key(
            ledger.database, community.id, name="demo operator", scopes=frozenset(Scope), at=ledger.clock()
        ),
        "BOT_KEY": await create_key(
            ledger.database,
            community.id,
            name="demo bot",
            scopes=frozenset({Scope.EVENTS_WRITE, Scope.MEMBERS_READ}),
            at=ledger.clock(),
        ),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={key}\n" for name, key in keys.items())
    return keys


def history(now: Micros) -> list[RecordContribution]:
    """Return two weeks of a small community. Its keys are fixed, so playing it again is no change."""
    people = ["mei", "lin", "anna", "tom", "wei", "sara"]
    events: list[RecordContribution] = []
    base = now - now % DAY - 14 * DAY

    def add(key: str, type_: str, hour: int, who: str | None, **more: object) -> None:
        author = more.pop("author", None)
        events.append(
            RecordContribution(
                source=SOURCE,
                key=key,
                type=type_,
                subject=str(more.pop("subject")) if "subject" in more else None,
                occurred_at=Micros(base + hour * HOUR),
                actor=identity(who, source=SOURCE) if who else None,
                people={"author": identity(str(author), source=SOURCE)} if author else {},
                data=more,
                imported=True,
            )
        )

    for number, who in enumerate(people):
        add(f"join-{who}", "member.joined", number, who)
    for day in range(12):
        asker, helper, reader = (people[(day + shift) % 6] for shift in (0, 1, 2))
        hour = 24 * day + 9
        add(f"q-{day}", "question.posted", hour, asker, subject=f"question-{day}")
        add(f"a-{day}", "answer.posted", hour + 1, helper, subject=f"answer-{day}", question=f"question-{day}")
        add(f"qu-{day}", "question.upvoted", hour + 2, reader, subject=f"question-{day}", author=asker)
        add(f"au-{day}", "answer.upvoted", hour + 2, reader, subject=f"answer-{day}", author=helper)
        add(
            f"ok-{day}",
            "answer.accepted",
            hour + 3,
            asker,
            subject=f"answer-{day}",
            author=helper,
            question=f"question-{day}",
        )
    return events


def greeting(keys: dict[str, str], address: str) -> str:
    """Return what is printed at every start: the keys, and three commands that work."""
    lines = [f"{name}={key}" for name, key in keys.items()]
    event = (
        '{"specversion":"1.0","id":"hello-1","source":"demo:me","type":"answer.upvoted","subject":"answer-1",'
        '"data":{"member":"demo:me","people":{"author":"demo:anna"}}}'
    )
    asked = 'memberByHandle(community:\\"demo\\", platform:\\"demo\\", externalId:\\"anna\\")'
    query = '{"query":"{ ' + asked + ' { displayName balance { total } } }"}'
    bearer = f"-H 'Authorization: Bearer {keys['BOT_KEY']}'"
    lines += [
        "",
        f"The ledger is at {address}. Try:",
        "",
        f"curl -s {address}/v1/events {bearer} -H 'Content-Type: application/cloudevents+json' -d '{event}'",
        "",
        f"curl -s {address}/graphql {bearer} -H 'Content-Type: application/json' -d '{query}'",
        "",
        ".venv/bin/ledger explain hello-1 --community demo",
        "",
    ]
    return "\n".join(lines)
