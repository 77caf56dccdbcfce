"""Reads CloudEvents 1.0 into commands, naming every fault by its JSON pointer.

Own code, because the official SDK invents a missing `id`, `time` and `specversion`: every retry would pay
again. It stays a test emitter. Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ledger.core.calendar import micros
from ledger.core.commands import RecordContribution
from ledger.core.values import Identity, Micros, identity
from schema.problems import At, Problem

TEXTS = ("display_name", "title", "excerpt", "body", "url")
"""Fields of `data` that people can read: kept in the private part, outside the hashed log."""

_NAME = re.compile(r"[a-z0-9]+\Z")
DEEPEST = 32
LONGEST = {"id": 256, "source": 256, "type": 128, "subject": 512}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)\Z")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ATTRIBUTE_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def decode(document: bytes) -> object:
    """Decode JSON.

    Raises:
        ValueError: the bytes are no JSON, or nest too deep.
    """
    try:
        return msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"expected JSON: {str(error).removeprefix('JSON is ')}") from error
    except RecursionError as error:
        raise ValueError(f"expected at most {DEEPEST} levels of nesting") from error


def read_event(document: object, *, imported: bool = False, pointer: str = "") -> RecordContribution | Problem:
    """Read one structured event. `pointer` is where it stands in what was sent."""
    if not isinstance(document, dict):
        return _not_an_event([At(pointer, "expected a JSON object, a CloudEvent")])
    faults = [At(pointer + at, detail) for at, detail in _name_faults(document)]
    document = {name: value for name, value in document.items() if value is not None}  # null is unset
    faults += [At(pointer + at, detail) for at, detail in _attribute_faults(document)]
    if faults:
        return _not_an_event(faults)
    data = document.get("data", {})
    refused = [At(pointer + at, detail) for at, detail in _data_faults(document, data)]
    if refused:
        return Problem(422, "INVALID_EVENT", f"{refused[0].pointer or '/'}: {refused[0].detail}", tuple(refused))
    occurred_at = read_time(document["time"]) if "time" in document else None
    source = document["source"]
    return RecordContribution(
        source=source,
        key=document["id"],
        type=document["type"],
        subject=document.get("subject"),
        occurred_at=occurred_at,
        actor=identity(data["member"], source=source) if "member" in data else None,
        people={role: identity(who, source=source) for role, who in data.get("people", {}).items()},
        undoes=data.get("undoes"),
        data={name: value for name, value in data.items() if name not in _LIFTED and name not in TEXTS},
        private={name: data[name] for name in TEXTS if name in data},
        imported=imported,
    )


_LIFTED = ("member", "people", "undoes")


def _not_an_event(faults: list[At]) -> Problem:
    return Problem(400, "NOT_A_CLOUDEVENT", f"{faults[0].pointer or '/'}: {faults[0].detail}", tuple(faults))


def _name_faults(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in document:
        if name != "data_base64" and not _NAME.match(name):
            yield f"/{_escaped(name)}", "expected a name of a-z and 0-9, as CloudEvents attributes have"


def _attribute_faults(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if document.get("specversion") != "1.0":
        yield "/specversion", 'expected "1.0"'
    for name in ("id", "source", "type"):
        value = document.get(name)
        if not isinstance(value, str) or not value:
            yield f"/{name}", "expected a string that is not empty"
    for name in ("subject", "time", "datacontenttype", "dataschema"):
        if name in document and (not isinstance(document[name], str) or not document[name]):
            yield f"/{name}", "expected a string that is not empty, or nothing"
    time = document.get("time")
    if isinstance(time, str) and time and read_time(time) is None:
        yield "/time", "expected an RFC 3339 time such as 2026-11-23T08:00:00Z"
    if "data_base64" in document:
        yield "/data_base64", "expected JSON in data"
    for name, value in document.items():
        if name in ("data", "data_base64"):
            continue
        if not isinstance(value, str | int | bool):
            yield f"/{_escaped(name)}", "expected a string, a whole number or a flag"
        if isinstance(value, str) and _ATTRIBUTE_CONTROL.search(value):
            yield f"/{_escaped(name)}", "expected no control characters"


def _data_faults(document: dict[str, Any], data: object) -> Iterator[tuple[str, str]]:
    for name, longest in LONGEST.items():
        if len(document.get(name, "")) > longest:
            yield f"/{name}", f"expected at most {longest} characters"
    if not str(document.get("datacontenttype", "application/json")).partition(";")[0].endswith("json"):
        yield "/datacontenttype", "expected application/json"
    if not isinstance(data, dict):
        yield "/data", "expected a JSON object"
        return
    yield from _bad_texts(data, "/data", 1)
    people = data.get("people", {})
    if "member" in data:
        yield from _bad_identity(data["member"], "/data/member", document["source"])
    if not isinstance(people, dict):
        yield "/data/people", "expected an object of roles and identities"
    else:
        for role, who in people.items():
            yield from _bad_identity(who, f"/data/people/{_escaped(role)}", document["source"])
    if "undoes" in data and (not isinstance(data["undoes"], str) or not data["undoes"]):
        yield "/data/undoes", "expected the id of an earlier event"


def _bad_identity(value: object, pointer: str, source: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value and len(value) <= 256:
        who = identity(value, source=source)
        if who.platform and who.external_id:
            return
    yield pointer, "expected an identity such as telegram:42, at most 256 characters"


def _bad_texts(value: object, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        yield pointer, f"expected at most {DEEPEST} levels of nesting"
    elif isinstance(value, str):
        if _CONTROL.search(value):
            yield pointer, "expected no control characters"
    elif isinstance(value, dict):
        for name, item in value.items():
            here = f"{pointer}/{_escaped(name)}"
            if _ATTRIBUTE_CONTROL.search(name):
                yield here, "expected no control characters in a name"
            yield from _bad_texts(item, here, depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _bad_texts(item, f"{pointer}/{number}", depth + 1)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def read_time(text: str) -> Micros | None:
    """Read an RFC 3339 time; digits beyond microseconds are dropped. None where it is none."""
    found = _TIME.match(text)
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        when = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}")
        at = micros(when.astimezone(UTC) + timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0"))))
    except (ValueError, OverflowError):
        return None
    return at if at >= 0 else None


def write_time(at: Micros) -> str:
    """Write an instant as RFC 3339 in UTC, with as many digits as it needs: none, three or six."""
    seconds, fraction = divmod(at, 1_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if fraction % 1000:
        return f"{text}.{fraction:06d}Z"
    return f"{text}.{fraction // 1000:03d}Z"


__all__ = ["Identity", "decode", "read_event", "read_time", "write_time"]
