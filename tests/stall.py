"""A stall in the garden: perks put up, members with points, for stories above the core."""

from __future__ import annotations

from typing import Any

from ledger.core.commands import PutPerk, RecordContribution, RedeemPerk
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import Identity, Position
from ledger.service.ledger import Ledger
from ledger.service.redeeming import Blocked, Redeemed, redeem
from ledger.service.writer import Receipt
from ledger.store.directory import Community

RULEBOOK = """\
preset: stall
community: {tz: Asia/Shanghai, accept_late: 7d}
units:
  points: {floor: 0, claw: debt, names: {zh-CN: 积分, en: Points}}
rules:
  - {id: earned, event: earned, amount: {from: data.amount}, undo_on: [unearned]}
tiers:
  rank:
    every: event
    measure: points.earned
    stay: while
    levels: {regular: 50, core: 500}
"""


def who(name: str) -> Identity:
    """Return a member's identity."""
    return Identity(platform="chat", external_id=name, received=name)


class Stall:
    """The stall's keeper, who acts on a ledger and wants no refusal."""

    def __init__(self, ledger: Ledger, community: Community) -> None:
        self.ledger = ledger
        self.community = community
        self._sent = 0

    async def do(self, *commands: Any) -> list[Receipt]:
        """Submit commands that are accepted."""
        answers = await self.ledger.writer.submit(self.community, commands)
        assert all(isinstance(one, Receipt) for one in answers), answers
        return [one for one in answers if isinstance(one, Receipt)]

    async def put(self, code: str = "seat", **terms: Any) -> None:
        """Put up a perk."""
        await self.do(PutPerk(terms=PerkTerms(code=code, **terms), by="cli"))

    async def earn(self, *names: str, amount: int = 100) -> None:
        """Let members earn points."""
        self._sent += 1
        await self.do(
            *(
                RecordContribution(
                    source="chat:room",
                    key=f"earned {self._sent} {name}",
                    type="earned",
                    actor=who(name),
                    data={"amount": amount},
                )
                for name in names
            )
        )

    async def ask(
        self, name: str, perk: str = "seat", *, key: str | None = None, **parts: Any
    ) -> Redeemed | Blocked:
        """Ask for a perk."""
        self._sent += 1
        command = RedeemPerk(key=key or f"ask {self._sent}", perk=perk, member=who(name), by="cli", **parts)
        answer = await redeem(self.ledger, self.community, command)
        assert isinstance(answer, Redeemed | Blocked), answer
        return answer

    async def redeem(self, name: str, perk: str = "seat", **parts: Any) -> Position:
        """Redeem a perk; return where that stands."""
        answer = await self.ask(name, perk, **parts)
        assert isinstance(answer, Redeemed), answer
        return answer.receipt.position
