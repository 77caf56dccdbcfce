"""The rulebook of the synthetic year: the seed circle in full, and a unit whose points no level asks for."""

from __future__ import annotations

from ledger.service.rulebooks import presets

CHEER = "cheer"
LIMIT = 12


def rulebook(price: int = 3) -> str:
    """Return the rulebook, with what a cheer pays. At most twelve a day, and what is taken back gives no room."""
    text = presets()["seed_circle"].partition("\nexamples:")[0]
    rules = "rules:\n"
    head, _, tail = text.partition(f"\n{rules}")
    return (
        f"{_with_unit(head)}\n{rules}"
        f"  - {{id: {CHEER}, event: cheer.sent, to: object.author, unit: kudos, amount: {price},\n"
        f"     when: {{not_self: actor}}, caps: [{{points: {LIMIT}, per: day}}],"
        f" undo_on: [{{event: cheer.removed, match: [actor]}}]}}\n"
        f"{tail}"
    )


def _with_unit(head: str) -> str:
    """Add the unit after the others, so that the first stays the main one."""
    before, _, after = head.partition("\nunits:\n")
    lines = after.split("\n")
    end = next(
        (number for number, line in enumerate(lines) if line and not line.startswith((" ", "#"))), len(lines)
    )
    lines.insert(end, "  kudos: {spendable: false}")
    return before + "\nunits:\n" + "\n".join(lines)
