"""`ledger serve`: the HTTP server."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from ledger.core.values import Micros
from ledger.service import demo
from schema.app import create_app
from schema.cli.opening import opened, run


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    with_demo: Annotated[bool, typer.Option("--demo", help="With a living demo community.")] = False,
) -> None:
    """Serve HTTP and GraphQL until stopped; what was accepted is finished first."""
    if with_demo:
        typer.echo(run(_demo(f"http://{host}:{port}")))
    if workers == 1:
        uvicorn.run(create_app(), host=host, port=port, log_level="warning", ws="websockets-sansio")
    else:
        uvicorn.run(
            "schema.app:app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            ws="websockets-sansio",
        )


async def _demo(address: str) -> str:
    async with opened() as ledger:
        keys = await demo.prepare(ledger)
    return demo.greeting(keys, address)


__all__ = ["Micros", "serve"]
