"""Generated stories: what bots might send to a garden, repeats, conflicts and undos among it."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from ledger.core.commands import AdjustPoints, Command, PublishRulebook
from ledger.core.values import DAY, HOUR, MINUTE, Micros, identity
from ledger.service.rulebooks import read
from tests.clock import NOON
from tests.rulebooks import SMALL
from tests.service.sayings import SOURCE, said

OTHER = SMALL.replace("amount: 2,", "amount: 4,").replace("points: 30, per: day", "points: 12, per: day")
RULEBOOKS = {text: read(text) for text in (SMALL, OTHER)}

members = st.sampled_from(["ana", "ben", "cyd", "dan"])
subjects = st.sampled_from(["thread/1", "thread/2"])
keys = st.integers(0, 40).map("k{}".format)
times = st.sampled_from([None, 0, 0, -MINUTE, -HOUR, -2 * HOUR, -DAY, -9 * DAY]).map(
    lambda ago: None if ago is None else Micros(NOON + ago)
)


class Told(NamedTuple):
    """Commands that are submitted together."""

    commands: list[Command]
    atomic: bool


@st.composite
def contributions(draw: st.DrawFn) -> Command:
    """One contribution, by somebody, of any kind the small rulebook knows or does not."""
    given: dict[str, Any] = {"by": draw(members), "occurred_at": draw(times)}
    kind = draw(st.sampled_from(KINDS))
    match kind:
        case "thread.opened" | "thread.liked" | "thread.removed":
            given["subject"] = draw(subjects)
        case "member.helped":
            given |= {"people": {"helper": draw(members)}, "data": {"amount": draw(st.integers(-5, 20))}}
        case "member.scolded":
            given["people"] = {"member": draw(members)}
        case "link.shared":
            given["data"] = {"link": draw(st.sampled_from(["a", "b", "中文"]))}
        case "contribution.undone" | "member.unhelped":
            given["undoes"] = draw(keys)
        case _:
            given["private"] = {"title": "not in the log"}
    return said(draw(keys), kind, **given)


KINDS = [
    "thread.opened",
    "thread.opened",
    "thread.liked",
    "thread.liked",
    "thread.removed",
    "member.helped",
    "member.scolded",
    "member.unhelped",
    "member.joined",
    "member.left",
    "link.shared",
    "checked.in",
    "contribution.undone",
    "something.else",
]

adjustments = st.builds(
    AdjustPoints,
    key=keys,
    member=members.map(lambda name: identity(name, source=SOURCE)),
    delta=st.integers(-20, 20),
    reason=st.just("as a test"),
    by=st.just("tests"),
)
publications = st.builds(
    lambda text, number: PublishRulebook(yaml=text, rulebook=RULEBOOKS[text], number=number),
    st.sampled_from(list(RULEBOOKS)),
    st.sampled_from([None, 2, 3]),
)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """Return a contribution most of the time."""
    match draw(st.integers(0, 11)):
        case 10:
            return draw(adjustments)
        case 11:
            return draw(publications)
        case _:
            return draw(contributions())


submissions = st.builds(Told, st.lists(commands(), min_size=1, max_size=4), st.booleans())
stories = st.lists(submissions, min_size=8, max_size=20)
