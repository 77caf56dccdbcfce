"""The demo as people meet it: `ledger seed`, and what `ledger serve --demo` prints at every start."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from ledger.service.seeding.demo import SLUG, Demo, prepare
from ledger.words.render import locale_of, render
from schema.cli.explaining import LANG
from schema.cli.opening import opened, run

HELLO = "hello"
PLATFORM, NEWCOMER = "demo", "you"
ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where to call what listens on all


def seed(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where it will be served: the link says so.")] = 8000,
) -> None:
    """Make the demo community without serving it, and print its keys. Again is no change."""
    demo, locale = run(prepared()), locale_of(LANG)
    lines = [*keys(demo, address("127.0.0.1", port)), "", summary(demo, locale), render("demo.serve", locale)]
    typer.echo("\n".join(lines))


async def prepared() -> Demo:
    """Return the demo of the environment's settings, made where it is not there."""
    async with opened() as ledger:
        return await prepare(ledger)


def address(host: str, port: int) -> str:
    """Return where a server that listens on a host is called."""
    name = ANY_ADDRESS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def keys(demo: Demo, address: str) -> list[str]:
    """Return the keys, and a link that signs a member in, one a line for scripts to read."""
    named = demo.keys | {"MEMBER_LINK": f"{address}/link/{demo.link}"}
    return [f"{name}={value}" for name, value in named.items()]


def summary(demo: Demo, locale: str) -> str:
    """Return how much there is."""
    return render("demo.summary", locale, slug=SLUG, members=demo.members, events=f"{demo.events:,}")


def greeting(demo: Demo, address: str, locale: str) -> str:
    """Return the keys, what there is, and three commands that work when they are pasted."""
    post, ask, explain = commands(demo.keys["BOT_KEY"], address, locale)
    lines = [*keys(demo, address), "", summary(demo, locale), render("demo.try", locale, address=address), ""]
    for caption, command in (("demo.post", post), ("demo.ask", ask), ("demo.explain", explain)):
        lines += [render(caption, locale), command, ""]
    return "\n".join(lines)


def commands(key: str, address: str, locale: str) -> tuple[str, str, str]:
    """Return commands for a shell: introduce somebody, ask for their points, have it explained.

    An introduction pays everybody once, whatever happened in the demo before; sent again it is the same event.
    """
    event = {
        "specversion": "1.0",
        "id": HELLO,
        "source": f"{PLATFORM}:hello",
        "type": "member.introduced",
        "data": {"member": f"{PLATFORM}:{NEWCOMER}", "display_name": render("demo.you", locale)},
    }
    handle = f'community: "{SLUG}", platform: "{PLATFORM}", externalId: "{NEWCOMER}"'
    query = {"query": f"{{ memberByHandle({handle}) {{ displayName balance {{ total }} }} }}"}
    return (
        _curl(f"{address}/v1/events", key, "application/cloudevents+json", event),
        _curl(f"{address}/graphql", key, "application/json", query),
        shlex.join([*_environment(), _program(), "explain", HELLO, "--community", SLUG]),
    )


def _curl(url: str, key: str, media_type: str, document: object) -> str:
    headers = ["-H", f"Authorization: Bearer {key}", "-H", f"Content-Type: {media_type}"]
    return shlex.join(["curl", "-sS", url, *headers, "-d", json.dumps(document, ensure_ascii=False)])


def _program() -> str:
    """Return how this program is called from here."""
    called = Path(sys.argv[0])
    inside = called.is_absolute() and called.is_relative_to(Path.cwd())
    return str(called.relative_to(Path.cwd()) if inside else called)


def _environment() -> list[str]:
    """Return the settings by which another terminal finds the same database; passwords are not shown."""
    given = {name: os.environ.get(name) for name in ("LEDGER_DATA_DIR", "LEDGER_DATABASE_URL")}
    told = {
        name: make_url(value).render_as_string() if "://" in value else value
        for name, value in given.items()
        if value
    }
    return ["env", *(f"{name}={value}" for name, value in told.items())] if told else []
