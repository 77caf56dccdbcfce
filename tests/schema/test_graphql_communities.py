"""What is said of a community: its name, what it is for, its calendar, its languages, the name of its points."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.values import SECOND
from ledger.service.verify import verify
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, operator

SAID = "slug name positioning pointsName timezone defaultLocale locales"
SHOW = f'{{ community(slug: "garden") {{ {SAID} rulebook {{ version yaml changes {{ path after }} }} }} }}'
CREATE = f"""mutation ($input: CommunityInput!) {{ createCommunity(input: $input) {{
  community {{ {SAID} }} operatorKey userErrors {{ code message path params }} }} }}"""
UPDATE = f"""mutation ($input: CommunityInput!) {{ updateCommunity(input: $input) {{
  community {{ {SAID} }} operatorKey userErrors {{ code message path params }} }} }}"""


async def update(asker: Asker, **given: Any) -> dict[str, Any]:
    """Change the garden and return what is then said of it."""
    told = (await asker.ask(UPDATE, input={"slug": "garden", **given}))["updateCommunity"]
    assert (told["userErrors"], told["operatorKey"]) == ([], None)
    return dict(told["community"])


async def test_what_is_said_of_a_community_can_be_changed(circle: Api, clock: Clock) -> None:
    somebody = await operator(circle)
    before = (await somebody.ask(SHOW))["community"]
    assert {**before, "rulebook": None} == {
        "slug": "garden",
        "name": "Garden",
        "positioning": None,
        "pointsName": "Points",
        "timezone": "Asia/Shanghai",
        "defaultLocale": "en",
        "locales": ["zh-CN", "en"],
        "rulebook": None,
    }
    chinese = await somebody.speaking("zh").ask(SHOW)
    assert chinese["community"]["pointsName"] == "积分", "by the rulebook, in ones language"
    given = {"name": "花园", "positioning": "一起学园艺", "pointsName": "种子"}
    after = await update(somebody, **given, defaultLocale="zh-CN", locales=["zh-CN"])
    assert {name: after[name] for name in given} == given
    assert (after["defaultLocale"], after["locales"], after["slug"]) == ("zh-CN", ["zh-CN"], "garden")
    head = '{ community(slug: "garden") { journal { position } } }'
    there = await somebody.ask(head)
    assert await update(somebody, **given) == after
    assert await somebody.ask(head) == there, "what is so already is not said again"
    assert (await somebody.ask(SHOW))["community"]["rulebook"]["version"] == 1
    assert (await verify(circle.ledger.database, circle.community.id)).differences == []


async def test_another_calendar_is_a_version_of_the_rulebook(api: Api, clock: Clock) -> None:
    """The day changes at another hour from then on; what came before stays as it was judged."""
    somebody = await operator(api)
    for number in (1, 2):
        await live(api, [event(f"a{number}", "thread.opened", "ana", subject=f"a{number}")])
    clock.advance(4 * 3_600 * SECOND + SECOND)
    community = await update(somebody, timezone="America/New_York", weekStart="sun")
    assert community["timezone"] == "America/New_York"
    clock.advance(SECOND)
    book = (await somebody.ask(SHOW))["community"]["rulebook"]
    assert (book["version"], book["changes"]) == (
        2,
        [
            {"path": "community.tz", "after": "America/New_York"},
            {"path": "community.week_start", "after": "sun"},
        ],
    )
    await live(api, [event("a3", "thread.opened", "ana", subject="a3")])
    balance = "query ($id: ID!) { member(id: $id) { balance { total } } }"
    total = (await somebody.ask(balance, id=await id_of(api, "ana")))["member"]["balance"]["total"]
    assert total == 5 + 10 + 10 + 5, "in New York it still is the 23rd: 25 a day"


async def test_a_community_begins_with_its_own_calendar_and_words(api: Api) -> None:
    somebody = await operator(api)
    given = {"slug": "orchard", "name": "果园", "positioning": "种果树", "pointsName": "果子", "locales": ["zh-CN"]}
    calendar = {"timezone": "Pacific/Kiritimati", "weekStart": "sat", "preset": "seed_circle"}
    made = (await somebody.ask(CREATE, input={**given, **calendar}))["createCommunity"]
    assert made["userErrors"] == []
    theirs = Asker(api, made["operatorKey"])
    query = f'{{ community(slug: "orchard") {{ {SAID} rulebook {{ version yaml }} }} }}'
    found = (await theirs.ask(query))["community"]
    assert {name: found[name] for name in given} == given
    assert (found["timezone"], found["rulebook"]["version"]) == ("Pacific/Kiritimati", 1)
    assert "community: {tz: Pacific/Kiritimati, week_start: sat, accept_late: 7d}" in found["rulebook"]["yaml"]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_cannot_be_said_of_a_community_says_why(api: Api, language: str) -> None:
    asker = (await operator(api)).speaking(language)
    wrong = {
        "timezone": "Mars/Olympus",
        "weekStart": "moonday",
        "defaultLocale": "fr",
        "locales": ["en", "tlh"],
        "name": "a\u0000",
        "positioning": "x" * 1001,
        "pointsName": "x" * 201,
    }
    expected = [
        ("TEXT_INVALID", ["input", "name"]),
        ("TEXT_INVALID", ["input", "positioning"]),
        ("TEXT_INVALID", ["input", "pointsName"]),
        ("TIMEZONE_UNKNOWN", ["input", "timezone"]),
        ("WEEK_START_UNKNOWN", ["input", "weekStart"]),
        ("LOCALE_UNKNOWN", ["input", "defaultLocale"]),
        ("LOCALE_UNKNOWN", ["input", "locales"]),
    ]
    assert await asker.refused(UPDATE, input={"slug": "garden", **wrong}) == expected
    assert await asker.refused(CREATE, input={"slug": "new", **wrong}) == expected
    assert await asker.refused(UPDATE, input={"slug": "garden", "preset": "seed_circle"}) == [
        ("PRESET_AT_BEGINNING", ["input", "preset"])
    ]
    assert await asker.refused(UPDATE, input={"slug": "nowhere", "name": "x"}) == [
        ("COMMUNITY_UNKNOWN", ["input", "slug"])
    ]
