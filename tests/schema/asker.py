"""GraphQL as its callers speak it: who asks, in which language, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.links import SignedIn, session_token
from ledger.store.directory import Community
from ledger.store.reads.names import member_by_identity
from tests.schema.api import Api
from tests.schema.story import SOURCE, STORY, Document, event

Answer = dict[str, Any]
EVERY = frozenset(Scope)


class Asker:
    """One caller of one server; `bearer` None is nobody."""

    def __init__(self, api: Api, bearer: str | None, *, language: str = "en") -> None:
        self.api = api
        self.bearer = bearer
        self.language = language

    def speaking(self, language: str) -> Asker:
        """Return the same caller in another language."""
        return Asker(self.api, self.bearer, language=language)

    async def answer(
        self, query: str, variables: Mapping[str, object] | None = None, *, accept: str = "application/json"
    ) -> httpx2.Response:
        """Ask, and return the whole answer."""
        headers = {"accept": accept, "accept-language": self.language}
        if self.bearer is not None:
            headers["authorization"] = f"Bearer {self.bearer}"
        return await self.api.client.post(
            "/graphql",
            content=json.dumps({"query": query, "variables": variables or {}}),
            headers={**headers, **JSON},
        )

    async def told(self, query: str, **variables: object) -> Answer:
        """Ask, and return data and errors."""
        answer = await self.answer(query, variables)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask(self, query: str, **variables: object) -> Answer:
        """Ask what can be answered, and return the data."""
        told = await self.told(query, **variables)
        assert "errors" not in told, told
        return dict(told["data"])

    async def codes(self, query: str, **variables: object) -> list[str]:
        """Ask what cannot be answered, and return the codes of the errors."""
        told = await self.told(query, **variables)
        return [one["extensions"]["code"] for one in told["errors"]]

    async def refused(self, mutation: str, **variables: object) -> list[tuple[str, list[str] | None]]:
        """Ask for a change that a person has to mend; return the codes and paths of its errors."""
        [payload] = (await self.ask(mutation, **variables)).values()
        errors = payload["userErrors"]
        assert all(one["message"] for one in errors)
        return [(one["code"], one["path"]) for one in errors]


JSON = {"content-type": "application/json"}


async def operator(api: Api) -> Asker:
    """Somebody with every scope."""
    return Asker(api, await api.key(EVERY))


async def member(api: Api, name: str, *, community: Community | None = None) -> Asker:
    """A member who signed in by a link."""
    place = community or api.community
    number = await number_of(api, name, community=place)
    return Asker(api, session_token(SignedIn(place, number), at=api.ledger.clock()).text)


async def number_of(api: Api, name: str, *, community: Community | None = None) -> MemberId:
    """Return a member's number."""
    place = community or api.community
    number = await member_by_identity(api.ledger.database, place.id, "chat", name)
    assert number is not None
    return number


async def id_of(api: Api, name: str) -> str:
    """Return a member's global id."""
    asker = Asker(api, await api.key({Scope.MEMBERS_READ}))
    query = (
        'query ($name: String!) { memberByHandle(community: "garden", platform: "chat", externalId: $name) { id } }'
    )
    return str((await asker.ask(query, name=name))["memberByHandle"]["id"])


def present(documents: list[Document] = STORY) -> list[Document]:
    """Return the story as it happens now, so that nothing of it is too late."""
    return [{name: value for name, value in one.items() if name != "time"} for one in documents]


async def live(api: Api, documents: list[Document] | None = None) -> None:
    """Let the community live through its story."""
    answer = await api.post(documents or present(), "application/cloudevents-batch+json")
    assert answer.status_code in (200, 207), answer.text
    assert answer.json()["refused"] == 0, answer.text


__all__ = ["SOURCE", "Answer", "Asker", "event", "id_of", "live", "member", "number_of", "operator", "present"]
