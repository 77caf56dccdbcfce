"""`/link/{token}` signs a member in; `/` then shows their points and why they got them, without any script."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Cookie, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from ledger.core.lines import amount
from ledger.core.progress import Progress
from ledger.core.values import LARGEST_POINTS
from ledger.service import reading
from ledger.service.ledger import Ledger
from ledger.service.links import SESSION, Purpose, SignedIn, session_token, signed_in
from ledger.service.rulebooks import published
from ledger.store.reads.members import profile
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.pages.history import history
from schema.rest.caller import LedgerOf, Locale

router = APIRouter(include_in_schema=False)
COOKIE = "ledger_session"
STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}
body{color:#1f2328;background:#fff}h1{font-size:1.3rem}p{margin:.2rem 0;overflow-wrap:anywhere}
.points{font-size:3rem;font-weight:600;line-height:1.1}.unit{color:#59636e}
section{border-top:1px solid #d1d9e0;padding:.8rem 0}.step{color:#59636e;padding-left:1rem}
.lead b{font-size:1.2rem}summary{color:#59636e;cursor:pointer}details section{padding-left:1rem}
nav{display:flex;justify-content:space-between;border-top:1px solid #d1d9e0;padding:.8rem 0}a{color:inherit}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}section,nav{border-color:#3d444d}}
"""


@router.get("/link/{token}")
async def follow(token: Annotated[str, Path(max_length=2_000)], ledger: LedgerOf, locale: Locale) -> object:
    """Exchange a link for a session."""
    at = ledger.clock()
    signed = await signed_in(ledger.database, token, Purpose.LINK, at=at)
    if signed is None:
        return _page(locale, f"<p>{escape(render('page.link_void', locale))}</p>", status=401)
    answer = RedirectResponse("/", status_code=303)
    session = session_token(signed, at=at)
    answer.set_cookie(COOKIE, session.text, max_age=SESSION // 1_000_000, httponly=True, samesite="lax")
    return answer


@router.get("/")
async def home(
    ledger: LedgerOf,
    locale: Locale,
    session: Annotated[str | None, Cookie(alias=COOKIE, max_length=2_000)] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_POINTS)] = None,
) -> HTMLResponse:
    """Show the signed-in member's points, and the latest events that concern them; or those before a position."""
    signed = None
    if session is not None:
        signed = await signed_in(ledger.database, session, Purpose.SESSION, at=ledger.clock())
    if signed is None:
        return _page(locale, f"<p>{escape(render('page.signed_out', locale))}</p>", status=401)
    return _page(locale, await _points(ledger, signed, locale) + await history(ledger, signed, locale, before))


async def _points(ledger: Ledger, signed: SignedIn, locale: str) -> str:
    place, member, at = signed.community.id, signed.member, ledger.clock()
    shown = await profile(ledger.database, place, member)
    versions = await published(ledger.database, place)
    speech = Speech(versions.at(at).rulebook, locale)
    accounts = (await reading.accounts(ledger.database, place, versions, [member], at=at)).get(member, {})
    lines = [f"<h1>{escape(signed.community.name)} · {escape(shown.name if shown else '')}</h1>"]
    for unit in speech.rulebook.units:
        balance = amount(accounts[unit.code].balance if unit.code in accounts else 0, unit.scale)
        name = escape(speech.unit(unit.code))
        lines.append(f'<p><span class="points">{balance}</span> <span class="unit">{name}</span></p>')
    progresses = await reading.progresses(ledger.database, place, versions, [member], at=at)
    return "".join([*lines, *(_level(one, speech) for one in progresses[member].values())])


def _level(one: Progress, speech: Speech) -> str:
    """Return a member's level on a ladder, and the nearest thing to be done for the next."""
    summary = f'<p class="step">{escape(speech.summary(one))}</p>'
    if one.current is None:
        return summary
    return f"<p>{escape(speech.level(one.current))}</p>{summary}"


def _page(locale: str, body: str, *, status: int = 200) -> HTMLResponse:
    title = escape(render("page.title", locale))
    html = (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(html, status, headers)
