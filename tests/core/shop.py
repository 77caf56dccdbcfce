"""A community with something to redeem, for stories about perks."""

from __future__ import annotations

from typing import Any

from ledger.core.books.shelf import HOLDS, PERK, REDEMPTION
from ledger.core.books.shop import Perk, Redemption
from ledger.core.commands import (
    AddPerkCodes,
    MoveRedemption,
    PerkCode,
    PutPerk,
    RedeemPerk,
    SetCommunity,
    StockPerk,
)
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.redeeming import WELCOME
from ledger.core.events import Event, RedemptionMade, RedemptionMoved, RedemptionRefused, RedemptionStatus
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit, PerkTerms
from ledger.core.values import MINUTE, Micros, Position
from tests.core.play import Play

QUARTER = Micros(15 * MINUTE)


class Shop(Play):
    """A community that puts up perks. Members are named; redemptions are known by where they were made."""

    def put(self, code: str = "seat", *, limit: PerkLimit | None = None, **terms: Any) -> None:
        """Put up a perk."""
        self.do(PutPerk(terms=PerkTerms(code=code, limit=limit, **terms), by="key:k"))

    def try_redeem(self, name: str, perk: str = "seat", *, key: str | None = None, **parts: Any) -> Answer:
        """Ask for a perk, and return the answer."""
        self.sent += 1
        return self.answer(
            RedeemPerk(key=key or f"r{self.sent}", perk=perk, member=self.member(name), by="member:1", **parts)
        )

    def redeem(self, name: str, perk: str = "seat", **parts: Any) -> Position:
        """Redeem a perk; return where that stands."""
        answer = self.try_redeem(name, perk, **parts)
        assert isinstance(answer, Accepted), answer
        event = self.at(answer.position)
        assert isinstance(event.fact, RedemptionMade), event.fact
        return event.position

    def block(self, name: str, perk: str = "seat", **parts: Any) -> str:
        """Ask for a perk that is refused; return why."""
        answer = self.try_redeem(name, perk, **parts)
        assert isinstance(answer, Accepted), answer
        fact = self.at(answer.position).fact
        assert isinstance(fact, RedemptionRefused), fact
        return fact.code

    def move(self, position: Position, status: RedemptionStatus, *, voucher: str = "") -> str:
        """Move a redemption on; return how far it then is, or the refusal's code."""
        answer = self.answer(MoveRedemption(position=position, status=status, by="key:k", voucher=voucher))
        if isinstance(answer, Refusal):
            return answer.code
        assert isinstance(self.last.fact, RedemptionMoved)
        return self.last.fact.status

    def add_codes(self, *codes: str, perk: str = "seat") -> Event:
        """Add codes to hand out."""
        sealed = tuple(PerkCode(digest=f"#{code}", sealed=f"sealed {code}") for code in codes)
        return self.do(AddPerkCodes(perk=perk, codes=sealed, by="key:k"))

    def stock(self, delta: int, perk: str = "seat") -> Answer:
        """Change a perk's stock."""
        self.sent += 1
        return self.answer(StockPerk(key=f"s{self.sent}", perk=perk, delta=delta, by="key:k"))

    def welcome_with(self, perk: str) -> None:
        """Let every new member be given a perk."""
        self.do(SetCommunity(name=WELCOME, value=perk, by="key:k"))

    def at(self, position: Position) -> Event:
        """Return an event by its place."""
        return self.events[position - 1]

    def perk(self, code: str = "seat") -> Perk:
        """Return what became of a perk."""
        return self.books.read(PERK, (code,))

    def redemption(self, position: Position) -> Redemption:
        """Return how far a redemption is."""
        return self.books.read(REDEMPTION, (position,))

    def purse(self, name: str) -> tuple[int, int]:
        """Return what a member can spend, and what is held."""
        account = self.account(name)
        return account.available, account.held

    def holds(self, name: str) -> int:
        """Return how many of a member's redemptions will expire."""
        return len(self.books.read(HOLDS, (self.member(name),)).open)


def shop(
    *, unit: str = "{floor: 0, claw: debt}", more: str = "", points: int = 100, now: str = "2026-01-05T12:00:00Z"
) -> Shop:
    """Return a community where ann, bob and cyd have points to spend."""
    gain = "id: gain, event: gain, amount: {from: data.n}, undo_on: [taken]"
    play = Shop(f"community: {{tz: UTC}}\nunits: {{points: {unit}}}\nrules:\n  - {{{gain}}}\n{more}", now=now)
    for name in ("ann", "bob", "cyd"):
        play.send("gain", f"first of {name}", by=name, n=points)
    return play


CODE = Fulfilment.CODE
