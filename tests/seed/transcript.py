"""A document that plays GraphQL in a shell: its requests and the answers it promises, told apart from its prose.

In an answer `"$NAME"` stands for an id that is met there for the first time and used in later requests, and any
instant stands for any other.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
NAMED = re.compile(r"\$([A-Z_]+)\Z")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
SIGNING_IN = re.compile(r"([A-Z_]+)=\$\(sign_in \$([A-Z_]+)\)\Z")


class SignIn(NamedTuple):
    """Somebody opens a link; the session is called `name` from then on."""

    name: str
    link: str


class Ask(NamedTuple):
    """A request as `caller`, with variables, and the answer it promises."""

    caller: str
    query: str
    variables: dict[str, str]
    answer: Any


def transcript(path: Path) -> Iterator[Ask | SignIn]:
    """Yield what a document does, in order."""
    for block in BLOCK.findall(path.read_text("utf-8")):
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            if signing_in := SIGNING_IN.match(step.strip()):
                yield SignIn(*signing_in.groups())
            else:
                yield _ask(step)


def _ask(step: str) -> Ask:
    typed, _, answer = step.partition("\n{")
    word, caller, query, *given = shlex.split(typed)
    assert word == "ask", typed
    variables = dict(one.split("=", 1) for one in given)
    return Ask(caller.removeprefix("$"), query, variables, json.loads("{" + answer))


def spelled(answer: Any, names: dict[str, str]) -> Any:
    """Return an answer with names for the ids that are known, and one instant for all."""
    match answer:
        case dict():
            return {name: spelled(value, names) for name, value in answer.items()}
        case list():
            return [spelled(value, names) for value in answer]
        case str():
            known = {value: name for name, value in names.items()}
            return f"${known[answer]}" if answer in known else INSTANT.sub("an instant", answer)
        case _:
            return answer


def learn(promised: Any, found: Any, names: dict[str, str]) -> None:
    """Take over the ids that a promised answer gives names to."""
    match promised, found:
        case dict(), dict():
            for name in promised.keys() & found.keys():
                learn(promised[name], found[name], names)
        case list(), list():
            for one, other in zip(promised, found, strict=False):
                learn(one, other, names)
        case str(), str() if (named := NAMED.match(promised)) is not None:
            names.setdefault(named[1], found)
        case _:
            pass
