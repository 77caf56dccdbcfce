"""What is asked about rulebooks, and drafts tried and published."""

from __future__ import annotations

from typing import Any

from tests.schema.asker import Asker

BOOK = """version state note effectiveFrom publishedAt publishedBy { kind displayName } yaml hash
  rules { id code name names contributionKind points amount caps { points count per by } dailyCap weeklyCap
    cooldownMinutes cooldownSeconds needsReview enabled issuedLast30d }
  tiers { ladder code name rank matchMode requirements { metric target windowDays } memberCount }
  houseRules { code text consequence }
  changes { path before after summary }"""
SHOW = f"""query ($version: Int) {{ community(slug: "garden") {{ rulebook(version: $version) {{ id {BOOK} }}
  budgets {{ code unit {{ code }} limit spent per }} houseRules {{ code }} }} }}"""
VERSIONS = """query ($first: Int = 20, $after: String, $last: Int, $before: String) { community(slug: "garden") {
  rulebookVersions(first: $first, after: $after, last: $last, before: $before) { totalCount
    edges { cursor node { version state note publishedBy { displayName } changes { path before after summary } } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
PREVIEW = """query ($draft: RulebookDraftInput!, $days: Int = 30, $community: String = "garden") {
  previewRulebook(community: $community, draft: $draft, days: $days) {
    windowFrom windowTo eventsReplayed pointsIssuedBefore pointsIssuedAfter
    byKind { kind label before after } byTier { tier { ladder code name } before after }
    moved { member { displayName } from { code } to { code name } because }
    warnings { code message params } userErrors { code message path params } } }"""
PUBLISH = f"""mutation ($draft: RulebookDraftInput!, $from: DateTime, $community: String = "garden") {{
  publishRulebook(community: $community, draft: $draft, effectiveFrom: $from) {{
    rulebook {{ id {BOOK} }} userErrors {{ code message path params }} }} }}"""


async def preview(asker: Asker, **asked: Any) -> dict[str, Any]:
    """Try a draft and return what it would make."""
    return dict((await asker.ask(PREVIEW, **asked))["previewRulebook"])


async def publish(asker: Asker, **asked: Any) -> dict[str, Any]:
    """Publish a draft and return the version."""
    told = (await asker.ask(PUBLISH, **asked))["publishRulebook"]
    assert told["userErrors"] == []
    return dict(told["rulebook"])
