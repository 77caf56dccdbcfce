"""Figures of the harnesses, printed when pytest ends: what passed, and how much of it."""

from __future__ import annotations

LINES: list[str] = []


def report(what: str, **figures: float | str) -> None:
    """Keep a line for the end."""
    told = ", ".join(
        f"{name.replace('_', ' ')} {value:,.1f}"
        if isinstance(value, float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in figures.items()
    )
    LINES.append(f"{what}: {told}")
