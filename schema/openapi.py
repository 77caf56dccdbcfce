"""The OpenAPI document: FastAPI's routes, and the bare intake route beside them in its own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from schema.intake.cloudevents import LONGEST, TEXTS
from schema.intake.route import BATCH, BINARY, MOST_EVENTS, NDJSON, STRUCTURED
from schema.rest.documented import ProblemDocument, problems
from schema.rest.texts import IDENTITY, PLAIN

DESCRIPTION = """Bots post contribution events as CloudEvents; members ask for their points and why they got them.
Every fact is kept for ever, every point is explained, and a repeat gets the first answer.

Amounts are whole numbers in minor units of their unit. Problems are RFC 9457 with a stable `code`.
"""
IDENTITY_TEXT = {"type": "string", "maxLength": 256, "pattern": IDENTITY, "example": "telegram:42"}
PLAIN_TEXT = {"type": "string", "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"}
MAYBE_STRING = ["string", "null"]
NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"
JSON_VALUE = {"$ref": "#/components/schemas/JsonValue"}
RESULT = {"$ref": "#/components/schemas/Result"}


def document(app: FastAPI, *, today: datetime | None = None) -> dict[str, Any]:
    """Return the whole document. Event times are shown to reach to the end of the present month."""
    whole = get_openapi(
        title="Contribution ledger",
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        contact={"name": "The contribution ledger's maintainers"},
        tags=[
            {"name": "events", "description": "Contribution events in."},
            {"name": "points", "description": "Points given and taken by hand."},
            {"name": "perks", "description": "Perks redeemed."},
            {"name": "members", "description": "What bots ask for their members."},
            {"name": "journal", "description": "The log, by position."},
            {"name": "health", "description": "Whether the server is alive and ready."},
        ],
    )
    components = whole.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    components.update(problem.pop("$defs"))
    components["ProblemDocument"] = problem
    components["CloudEvent"] = cloud_event(today or datetime.now(UTC))
    components["JsonValue"] = json_value()
    components["Result"] = result()
    components["Results"] = results()
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for path in ("/v1/adjustments", "/v1/redemptions"):
        for parameter in whole["paths"][path]["post"]["parameters"]:
            parameter["required"] = True  # the route answers its absence itself, with 400
    whole["servers"] = [{"url": "/", "description": "This server."}]
    for path in whole["paths"].values():
        for operation in path.values():
            operation.setdefault("security", [])
    whole["paths"] = {"/v1/events": {"post": intake()}, **whole["paths"]}
    return whole


def cloud_event(today: datetime) -> dict[str, Any]:
    """Return the form of a structured event. What may be absent may be null, as CloudEvents' JSON format has it."""
    attributes: dict[str, Any] = {
        name: {"type": "string", "minLength": 1, "maxLength": most, "pattern": PLAIN}
        for name, most in LONGEST.items()
    }
    attributes["source"]["not"] = {"pattern": "^ledger(:|$)"}
    attributes["subject"]["type"] = MAYBE_STRING
    return {
        "type": "object",
        "description": "A CloudEvent 1.0. `source` and `id` together are its key in the community, for ever.",
        "required": ["specversion", "id", "source", "type"],
        "propertyNames": {"pattern": "^([a-z0-9]+|data_base64)$"},
        "properties": {
            "specversion": {"const": "1.0"},
            **attributes,
            "time": {
                "type": MAYBE_STRING,
                "description": "When it happened, RFC 3339 with its zone; not more than 10 minutes ahead.",
                "pattern": time_pattern(today),
                "format": "date-time",
            },
            "datacontenttype": {"enum": ["application/json", None]},
            "dataschema": {"type": MAYBE_STRING, "minLength": 1, "pattern": PLAIN},
            "data": event_data(),
            "data_base64": {"type": "null"},
        },
        "additionalProperties": {"anyOf": [PLAIN_TEXT, {"type": ["boolean", "integer", "null"]}]},
        "example": {
            "specversion": "1.0",
            "id": "8812",
            "source": "telegram:-1001",
            "type": "answer.accepted",
            "subject": "answer-88",
            "data": {"member": "telegram:42", "people": {"author": "telegram:77"}, "question": "question-12"},
        },
    }


def time_pattern(today: datetime) -> str:
    """Return a pattern of instants from 1970 to the end of the month that tomorrow falls in."""
    last = today + timedelta(days=1)
    later = "|".join(f"{month:02d}" for month in range(last.month + 1, 13))
    ahead = f"(?!{last.year}-(?:{later}))" if later else ""
    decade, year = divmod(last.year % 100, 10)
    whole = "".join(f"20{before}[0-9]|" for before in range(decade))
    years = f"19[7-9][0-9]|{whole}20{decade}[0-{year}]"
    clock = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    day = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    return rf"^{ahead}(?:{years})-{day}[Tt]{clock}(?:[Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])$"


def event_data() -> dict[str, Any]:
    """Return the form of an event's data."""
    return {
        "type": ["object", "null"],
        "description": f"What rules read. {', '.join(TEXTS)} are kept outside the hashed log, and erasable.",
        "propertyNames": {"pattern": NAME},
        "properties": {
            "member": {**IDENTITY_TEXT, "description": "Who did it; may be absent where hidden."},
            "people": {
                "type": "object",
                "description": "Others, by role.",
                "propertyNames": {"pattern": NAME},
                "additionalProperties": IDENTITY_TEXT,
            },
            "undoes": {
                "type": "string",
                "minLength": 1,
                "pattern": PLAIN,
                "description": "The id of an earlier event of the same source.",
            },
        },
        "additionalProperties": JSON_VALUE,
    }


def json_value() -> dict[str, Any]:
    """Return the form of any JSON whose texts hold no control characters but tabs and ends of lines."""
    return {
        "description": "Any JSON, at most 32 levels deep.",
        "anyOf": [
            {"type": "string", "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"},
            {"type": ["boolean", "number", "null"]},
            {"type": "array", "items": JSON_VALUE},
            {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": JSON_VALUE},
        ],
    }


def result() -> dict[str, Any]:
    """Return the form of what became of one event."""
    return {
        "type": "object",
        "required": ["id", "status"],
        "properties": {
            "id": {"type": ["string", "null"]},
            "status": {"enum": ["recorded", "replayed", "refused"]},
            "duplicate": {"type": "boolean", "description": "True on a replay."},
            "position": {"type": "integer", "description": "Its place in the journal."},
            "hash": {"type": "string"},
            "entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
            "decisions": {"type": "array", "items": {"type": "object"}},
            "problem": {"$ref": "#/components/schemas/ProblemDocument"},
        },
    }


def results() -> dict[str, Any]:
    """Return the form of a batch's answer."""
    count = {"type": "integer"}
    return {
        "type": "object",
        "required": ["results", "recorded", "replayed", "refused"],
        "properties": {
            "results": {"type": "array", "items": RESULT, "description": "One an event, in order."},
            "recorded": count,
            "replayed": count,
            "refused": count,
        },
    }


def intake() -> dict[str, Any]:
    """Return the operation of the bare route."""
    event = {"$ref": "#/components/schemas/CloudEvent"}
    many = {"application/json": {"schema": {"anyOf": [RESULT, {"$ref": "#/components/schemas/Results"}]}}}
    replayed = {
        "Idempotency-Replayed": {"schema": {"const": "true"}, "description": "There on a replay of one event."}
    }
    return {
        "tags": ["events"],
        "operationId": "postEvents",
        "summary": "Record contribution events",
        "description": "One event (structured, or binary with ce- headers), a batch, or NDJSON of any length."
        " Answers come after the events are durable. gzip is taken.",
        "security": [{"ApiKey": []}],
        "parameters": [
            {
                "name": "mode",
                "in": "query",
                "description": "`atomic`: a batch is recorded whole or not at all.",
                "schema": {"enum": ["each", "atomic"], "default": "each"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                STRUCTURED: {"schema": event},
                BATCH: {"schema": {"type": "array", "maxItems": MOST_EVENTS, "items": event}},
            },
        },
        "responses": {
            "200": {"description": "Recorded, now or before.", "headers": replayed, "content": many},
            "207": {"description": "Some events of a batch were refused.", "content": many},
            **{
                str(status): one
                for status, one in problems(400, 401, 403, 405, 409, 413, 415, 422, 429, 503).items()
            },
        },
    }


__all__ = ["BINARY", "NDJSON", "document"]
