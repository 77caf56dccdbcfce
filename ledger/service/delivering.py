"""Delivers one webhook: signed as Standard Webhooks has it, in bounded time, to no private address unless allowed.

The name is resolved here and the connection goes to the address that was looked at, so a name that answers
otherwise the second time leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import socket
from datetime import UTC, datetime
from typing import NamedTuple

import httpx2
from standardwebhooks import Webhook

from ledger.store.directory import Community

TIMEOUT_SECONDS = 10.0
GONE = 410
AGENT = "contribution-ledger"
NO_QUEUE = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
"""How many are tried at once is for the fulfiller to say: time spent in a queue is none that a webhook took."""


class Delivery(NamedTuple):
    """What is to be delivered. `id` is the same however often that is tried."""

    id: str
    body: str


class Outcome(NamedTuple):
    """What came of one try: `reason` says in words what went wrong, and whether it may go better later."""

    delivered: bool
    final: bool = False
    reason: str = ""


class TargetRefused(Exception):
    """The target is none that a webhook may go to; the message says why."""


class Guarded(httpx2.AsyncBaseTransport):
    """Resolves names itself, and connects only to addresses that may be reached."""

    def __init__(self, *, to_private: bool) -> None:
        self._to_private = to_private
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=NO_QUEUE)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the address that was looked at.

        Raises:
            TargetRefused: it may not be reached.
        """
        url = request.url
        if url.scheme != "https" and not (self._to_private and url.scheme == "http"):
            raise TargetRefused("the webhook's address is not https")
        address = await resolved(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not self._to_private and not is_public(address):
            raise TargetRefused("the webhook's address is a private one")
        request.url = url.copy_with(host=address)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._inner.aclose()


async def resolved(host: str, port: int) -> str:
    """Return the address of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet, also where IPv6 carries one of IPv4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo is not None else None)
        if carried is not None:
            return is_public(str(carried))
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def secret_of(community: Community) -> str:
    """Return the secret by which receivers know a community's webhooks, as Standard Webhooks spells it."""
    key = hmac.new(community.secret, b"webhooks out", hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(key).decode()


def client(*, to_private: bool) -> httpx2.AsyncClient:
    """Return what sends webhooks."""
    return httpx2.AsyncClient(
        transport=Guarded(to_private=to_private), timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
    )


async def deliver(
    sender: httpx2.AsyncClient, target: str, delivery: Delivery, *, secret: str, at: datetime, seconds: float
) -> Outcome:
    """Try once to deliver; whatever the other side does, it ends in time."""
    at = at.astimezone(UTC)
    headers = {
        "content-type": "application/json",
        "user-agent": AGENT,
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery.id, at, delivery.body),
    }
    try:
        async with asyncio.timeout(seconds):
            async with sender.stream("POST", target, content=delivery.body.encode(), headers=headers) as answer:
                status = answer.status_code
    except TargetRefused as error:
        return Outcome(delivered=False, final=True, reason=str(error))
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return Outcome(delivered=False, final=True, reason="the webhook's address is none")
    except (TimeoutError, httpx2.TimeoutException):
        return Outcome(delivered=False, reason=f"the webhook did not answer within {seconds:g} seconds")
    except (httpx2.HTTPError, OSError, UnicodeError):
        return Outcome(delivered=False, reason="the webhook could not be reached")
    if 200 <= status < 300:
        return Outcome(delivered=True)
    return Outcome(delivered=False, final=status == GONE, reason=f"the webhook answered {status}")
