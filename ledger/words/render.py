"""Renders codes and parameters as sentences in a person's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

LOCALES = ("zh-CN", "en")
DEFAULT_LOCALE = "en"


@cache
def texts(locale: str) -> Mapping[str, str]:
    """Return every text of a locale by its code."""
    text = resources.files("ledger.words").joinpath(f"{locale}.json").read_text("utf-8")
    return dict(json.loads(text))


def locale_of(wanted: str) -> str:
    """Return the locale that serves best: `zh`, `zh-Hans` and `zh_CN.UTF-8` are zh-CN, all else is en."""
    return "zh-CN" if wanted.lower().replace("_", "-").startswith("zh") else DEFAULT_LOCALE


def render(code: str, locale: str, **parameters: object) -> str:
    """Return the sentence for a code."""
    return texts(locale)[code].format(**parameters)
