"""What an answer holds."""

from __future__ import annotations

import json
from typing import Any

import httpx2


def gave(answer: httpx2.Response) -> bool:
    """Say whether a GraphQL answer holds what was asked for."""
    if answer.status_code != 200:
        return False
    if answer.headers["content-type"].startswith("text/event-stream"):
        texts = [
            line.removeprefix("data:").strip() for line in answer.text.splitlines() if line.startswith("data:")
        ]
        told: dict[str, Any] = next((json.loads(text) for text in texts if text), {})
    else:
        told = answer.json()
    told = told.get("payload", told)
    return "errors" not in told and not _is_empty((told.get("data") or {}).get("it"))


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(item) for name, item in value.items() if name != "userErrors")
    return value is None or (isinstance(value, list) and all(_is_empty(item) for item in value))
