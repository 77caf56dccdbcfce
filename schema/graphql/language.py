"""The language of an answer: the one of ours that Accept-Language likes best."""

from __future__ import annotations

from ledger.words.render import DEFAULT_LOCALE

MOST_LANGUAGES = 20


def preferred(accepted: str) -> str:
    """Return zh-CN or en for an Accept-Language header; en where it names neither."""
    liked = [_liked(one) for one in accepted.split(",")[:MOST_LANGUAGES]]
    known = [(weight, locale) for weight, locale in liked if locale is not None and weight > 0]
    return max(known, key=lambda one: one[0])[1] if known else DEFAULT_LOCALE


def _liked(one: str) -> tuple[float, str | None]:
    language, *parameters = (part.strip().lower() for part in one.split(";"))
    primary = language.replace("_", "-").partition("-")[0]
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    return quality(weight), {"zh": "zh-CN", "en": "en"}.get(primary)


def quality(text: str) -> float:
    """Read a q-value, 0 to 1; what is none counts as 0."""
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0
