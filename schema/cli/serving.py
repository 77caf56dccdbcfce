"""`ledger serve`: the HTTP server.

What only a server needs is imported when one starts: it takes a second that no other command should wait for.
"""

from __future__ import annotations

import errno
import signal
import socket
from typing import Annotated, Any

import typer

from ledger.service.health import check_start
from ledger.words.render import locale_of
from schema.cli.demo import address, greeting, prepared
from schema.cli.explaining import LANG
from schema.cli.opening import Stop, errors, opened, run

MOST_MESSAGE_BYTES = 1_000_000
IDLE_SECONDS = 75
"""How long a connection without requests is kept: longer than most clients and proxies keep theirs, since a request
that meets a close is not answered, and its sender does not know what became of it."""

SLOWER = "SQLite takes one writer at a time: several workers are slower than one; for more, use PostgreSQL"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    with_demo: Annotated[bool, typer.Option("--demo", help="With a living demo community.")] = False,
    accept_clock: Annotated[
        bool, typer.Option(help="Start although the clock is more than a day off the log's last event.")
    ] = False,
) -> None:
    """Serve HTTP and GraphQL until stopped; what was accepted is finished first."""
    refuse_taken(host, port)
    for warning in run(checked(accept_clock=accept_clock or with_demo, workers=workers)):
        errors.print(f"ledger: {warning}", style="yellow")
    if with_demo:
        typer.echo(greeting(run(prepared()), address(host, port), locale_of(LANG)))
    else:
        errors.print(f"Listening on {address(host, port)} with {workers} worker{'s' * (workers > 1)}.")
    signal.signal(signal.SIGTERM, _stopped)  # uvicorn finishes first, then raises the signal again
    _run("schema.cli.living:app" if with_demo else "schema.app:app", host=host, port=port, workers=workers)


def _run(factory: str, *, host: str, port: int, workers: int) -> None:
    import uvicorn

    from schema.cli.workers import serve_by_many

    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "log_level": "warning",
        "ws": "websockets-sansio",
        "ws_max_size": MOST_MESSAGE_BYTES,
        "timeout_keep_alive": IDLE_SECONDS,
    }
    if workers == 1:
        uvicorn.run(factory, **options)
    else:
        serve_by_many(uvicorn.Config(factory, workers=workers, **options))


def _stopped(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


async def checked(*, accept_clock: bool, workers: int) -> list[str]:
    """Return what the operator should look at before serving.

    Raises:
        CannotStart: the database would lose acknowledged writes, or the clock is not to be trusted.
    """
    async with opened() as ledger:
        warnings = await check_start(ledger.database, at=ledger.clock(), accept_clock=accept_clock)
        if workers > 1 and ledger.database.is_sqlite:
            warnings.append(SLOWER)
        return warnings


def refuse_taken(host: str, port: int) -> None:
    """Look whether the port is free, before anything is made or printed.

    Raises:
        Stop: it is not, or the address is none of ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"port {port} is in use; choose another, as in `make run PORT={port % 65_535 + 1}`"
            ) from error
        raise Stop(f"cannot listen on {host} port {port}: {error.strerror}") from error
