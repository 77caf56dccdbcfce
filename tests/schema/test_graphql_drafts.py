"""Drafts that cannot be tried or published: what is wrong, where, in ones language; and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.values import HOUR
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, operator
from tests.schema.circle import RULEBOOK
from tests.schema.drafting import PUBLISH, VERSIONS, preview, publish


@pytest.fixture
async def somebody(circle: Api) -> Asker:
    """An operator of the circle."""
    return await operator(circle)


async def test_a_draft_upon_an_older_version_is_refused(circle: Api, somebody: Asker) -> None:
    first = {"basedOn": 1, "yaml": RULEBOOK.replace("amount: 2,", "amount: 3,")}
    book = await publish(somebody, draft=first)
    again = await publish(somebody, draft=first)
    assert again == book, "the same request again is the same version"
    for based_on in (0, 1, 3, -1):
        draft = {"basedOn": based_on, "rules": [{"code": "share", "points": 9}]}
        expected = [("VERSION_TAKEN", ["draft", "basedOn"])]
        assert await somebody.refused(PUBLISH, draft=draft) == expected
        told = await preview(somebody, draft=draft)
        assert [(one["code"], one["path"], one["params"]) for one in told["userErrors"]] == [
            ("VERSION_TAKEN", ["draft", "basedOn"], {"next": 3})
        ]
    versions = (await somebody.ask(VERSIONS))["community"]["rulebookVersions"]
    assert versions["totalCount"] == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"yaml": RULEBOOK, "rules": [{"code": "share"}]}, [("DRAFT_AMBIGUOUS", ["draft"])]),
        ({"yaml": RULEBOOK, "tiers": [{"code": "core"}]}, [("DRAFT_AMBIGUOUS", ["draft"])]),
        ({"yaml": ""}, [("MISSING", ["draft", "yaml"])]),
        ({"yaml": "units: [a, b"}, [("NOT_YAML", ["draft", "yaml"])]),
        ({"yaml": "x" * 200_001}, [("TEXT_INVALID", ["draft", "yaml"])]),
        ({"note": "a\u0000"}, [("TEXT_INVALID", ["draft", "note"])]),
        (
            {"yaml": RULEBOOK.replace("amount: 2,", "amount: two,").replace("pending: 2h", "pendig: 2h")},
            [
                ("UNKNOWN_KEY", ["draft", "yaml", "rules", "1", "pendig"]),
                ("WRONG_TYPE", ["draft", "yaml", "rules", "3", "amount"]),
            ],
        ),
        ({"rules": [{"code": "sharing"}]}, [("RULE_UNKNOWN", ["draft", "rules", "0", "code"])]),
        (
            {"rules": [{"code": "share"}, {"code": "share"}]},
            [("EDITED_TWICE", ["draft", "rules", "1", "code"])],
        ),
        ({"tiers": [{"code": "kernel"}]}, [("LEVEL_UNKNOWN", ["draft", "tiers", "0", "code"])]),
        (
            {"tiers": [{"code": "core", "requirements": [{"metric": "shares", "target": 1}]}]},
            [("TIER_NOT_EDITABLE", ["draft", "tiers", "0", "code"])],
        ),
        (
            {"rules": [{"code": "liked", "points": 1}, {"code": "share", "dailyCap": 0}]},
            [("WRONG_VALUE", ["draft", "rules", "1", "dailyCap"])],
        ),
        (
            {"rules": [{"code": "share", "cooldownMinutes": -1, "names": [{"locale": "xx-??", "text": "x"}]}]},
            [
                ("WRONG_TYPE", ["draft", "rules", "0", "cooldownMinutes"]),
                ("WRONG_VALUE", ["draft", "rules", "0", "names"]),
            ],
        ),
        ({"rules": [{"code": "share", "points": 9}]}, [("EXAMPLE_FAILS", ["draft"])]),
    ],
)
async def test_a_draft_that_cannot_be_published_says_where(
    somebody: Asker, given: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    draft = {"basedOn": 1, **given}
    assert sorted(await somebody.refused(PUBLISH, draft=draft)) == expected
    chinese = (await somebody.speaking("zh").ask(PUBLISH, draft=draft))["publishRulebook"]
    assert all(one["message"] for one in chinese["userErrors"])
    if expected[0][0] != "EXAMPLE_FAILS":
        told = await preview(somebody, draft=draft)
        assert sorted((one["code"], one["path"]) for one in told["userErrors"]) == expected
    assert (await somebody.ask(VERSIONS))["community"]["rulebookVersions"]["totalCount"] == 1


async def test_a_fault_says_what_was_expected_in_ones_language(somebody: Asker) -> None:
    draft = {"basedOn": 1, "yaml": RULEBOOK.replace("pending: 2h", "pendig: 2h")}
    told = (await preview(somebody, draft=draft))["userErrors"][0]
    assert told["message"].startswith("Line 12, rules[1].pendig: this is not known; expected one of id, event")
    assert told["message"].endswith("Did you mean pending?")
    assert (told["params"]["line"], told["params"]["suggestion"]) == (12, "pending")
    chinese = (await preview(somebody.speaking("zh"), draft=draft))["userErrors"][0]
    assert chinese["message"].startswith("第 12 行 rules[1].pendig：未知的名称（")


async def test_what_else_cannot_be_published_or_tried(circle: Api, somebody: Asker, clock: Clock) -> None:
    await publish(somebody, draft={"basedOn": 1})
    early = {"draft": {"basedOn": 2}, "from": "2026-11-23T11:59:59Z"}
    assert await somebody.refused(PUBLISH, **early) == [("EFFECTIVE_BEFORE_CURRENT", ["effectiveFrom"])]
    assert await somebody.refused(PUBLISH, draft={"basedOn": 2}, community="nowhere") == [
        ("COMMUNITY_UNKNOWN", ["community"])
    ]
    for days in (0, -1, 3651):
        told = await preview(somebody, draft={"basedOn": 2}, days=days)
        assert [(one["code"], one["path"]) for one in told["userErrors"]] == [("DAYS_OUT_OF_RANGE", ["days"])]
    told = await preview(somebody, draft={"basedOn": 2}, community="nowhere")
    assert [(one["code"], one["path"]) for one in told["userErrors"]] == [("COMMUNITY_UNKNOWN", ["community"])]
    many = [{"code": f"r{number}"} for number in range(201)]
    assert await somebody.codes(PUBLISH, draft={"basedOn": 2, "rules": many}) == ["TOO_MANY"]
    clock.advance(HOUR)
    assert (await preview(somebody, draft={"basedOn": 2}, days=3650))["eventsReplayed"] == 0
