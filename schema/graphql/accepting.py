"""The media type of an answer, by the Accept header with its q-values."""

from __future__ import annotations

from schema.graphql.language import quality

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MOST_RANGES = 30


def answer_type(accepted: str | None) -> str:
    """Return which of our two media types a client likes best; JSON where it names neither, as of old."""
    if not accepted:
        return JSON
    ranges = [_range(one) for one in accepted.split(",")[:MOST_RANGES]]
    return max((JSON, RESPONSE), key=lambda media: _liking(media, ranges))


def _range(one: str) -> tuple[str, float]:
    media, *parameters = (part.strip().lower() for part in one.split(";"))
    return media, quality(next((part[2:] for part in parameters if part.startswith("q=")), "1"))


def _liking(media: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """Return how much a type is liked: by the most specific range that has it."""
    for specific, spelled in ((2, media), (1, "application/*"), (0, "*/*")):
        found = [weight for name, weight in ranges if name == spelled]
        if found:
            return max(found), specific
    return 0.0, 0
