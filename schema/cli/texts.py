"""Texts in several languages, as options give them."""

from __future__ import annotations

from collections.abc import Sequence

from schema.cli.opening import Stop

LONGEST = 200


def by_language(texts: Sequence[str] | None) -> dict[str, str] | None:
    """Read LANGUAGE=TEXT, once a language; nothing given is nothing said.

    Raises:
        Stop: one is something else, or longer than names are.
    """
    if not texts:
        return None
    parts = [text.partition("=") for text in texts]
    for text, (language, _, name) in zip(texts, parts, strict=True):
        if not language or not 0 < len(name) <= LONGEST:
            raise Stop(f"{text!r} is no text of a language: expected LANGUAGE=TEXT, such as en='A walk'")
    return {language: name for language, _, name in parts}
