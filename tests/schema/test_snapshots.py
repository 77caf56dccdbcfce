"""What we promise is in files, so that a change of it is seen in the diff."""

from __future__ import annotations

import json

import pytest

from schema.snapshots import FOLDER, SNAPSHOTS


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_snapshot_is_what_is_promised(name: str) -> None:
    """`make snapshots` makes them anew."""
    assert (FOLDER / name).read_text("utf-8") == SNAPSHOTS[name]()


def test_the_snapshot_of_events_holds_every_fact_by_its_tag() -> None:
    facts = json.loads((FOLDER / "events.json").read_text("utf-8"))["discriminator"]["mapping"]
    assert {"contribution", "points.adjusted", "community.created", "rulebook.published"} <= facts.keys()
