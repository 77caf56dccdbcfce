"""What a person can mend, as mutations answer it: a code, a sentence, and where the fault is."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import asdict
from strawberry.scalars import JSON

from ledger.core.refusals import Refusal
from ledger.core.rulebook.faults import Fault
from ledger.words.render import render, texts
from schema.graphql.described import described, field
from schema.graphql.words import refusal_message, shown_parameters
from schema.problems import Problem

Path = list[str]
Places = Mapping[str, Path]
"""Which field of a mutation's arguments a JSON pointer of the ledger means."""


@described
class UserError:
    """Something that a person can mend: nothing was written."""

    code: str = field("What is wrong, stable over time.")
    message: str = field("The same as a sentence.")
    path: list[str] | None = field("The argument that is at fault.")
    params: JSON | None = field("What the sentence names, by name.")


def user_error(code: str, locale: str, path: Path | None = None, **parameters: object) -> UserError:
    """Return an error of our own."""
    return UserError(
        code=code,
        message=refusal_message(code, locale, parameters),
        path=path,
        params=JSON(parameters) if parameters else None,
    )


def refused(refusal: Refusal, locale: str, places: Places, **more: object) -> UserError:
    """Return the ledger's refusal; `more` are parameters that it does not have itself."""
    parameters = {**shown_parameters(refusal), **more}
    return user_error(refusal.code, locale, path_of(refusal.pointer, places), **parameters)


def faulty(problem: Problem, locale: str, places: Places, **more: object) -> list[UserError]:
    """Return every fault of an event that could not be read."""
    return [
        user_error(
            problem.code,
            locale,
            path_of(fault.pointer, places),
            pointer=fault.pointer,
            detail=fault.detail,
            **more,
        )
        for fault in problem.errors
    ]


def faulty_rulebook(fault: Fault, locale: str, path: Path | None) -> UserError:
    """Return a fault in a rulebook; what was expected there is said as rulebooks are written, in English."""
    known = texts(locale)
    reason = known.get(f"fault.{fault.code}") or known[f"fault.{fault.code.partition('_')[0]}"]
    place = fault.path or render("fault.whole", locale)
    message = render("fault.said", locale, line=fault.line, path=place, reason=reason, expected=fault.expected)
    if fault.suggestion:
        message += " " + render("fault.suggestion", locale, suggestion=fault.suggestion)
    return UserError(code=fault.code, message=message, path=path, params=JSON(asdict(fault)))


def path_of(pointer: str, places: Places) -> Path | None:
    """Return the argument a JSON pointer means: the longest of the places that it begins with, and the rest."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for size in range(len(parts), -1, -1):
        place = places.get("".join(f"/{part}" for part in parts[:size]))
        if place is not None:
            return [*place, *parts[size:]]
    return None
