"""The `Idempotency-Key` of writes that have no key of their own in what they say."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from schema.asgi import Refused
from schema.problems import At, Problem
from schema.rest.texts import KEY

LONGEST_KEY = 255
REPLAYED = {"Idempotency-Replayed": "true"}


def key_of(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Your name for this request: the same key is the same request.",
            json_schema_extra={"minLength": 1, "maxLength": LONGEST_KEY, "pattern": KEY, "type": "string"},
        ),
    ] = None,
) -> str:
    """Return the request's key, with or without the quotes of a structured field.

    Raises:
        Refused: 400, there is none or it is none.
    """
    key = (idempotency_key or "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST_KEY or any(not "!" <= letter <= "~" for letter in key):
        detail = f"send an Idempotency-Key of 1 to {LONGEST_KEY} visible ASCII characters"
        raise Refused(Problem(400, "IDEMPOTENCY_KEY_MISSING", detail, (At("", detail),)))
    return key


KeyOf = Annotated[str, Depends(key_of)]
