"""Several processes that serve one port: who replaces a worker that died says so."""

from __future__ import annotations

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from schema.cli.opening import errors


class Workers(Multiprocess):
    """Uvicorn's supervisor, which replaces a dead worker in silence."""

    def keep_subprocess_alive(self) -> None:
        """Replace who died or hangs, and name both."""
        before = [one.pid for one in self.processes]
        super().keep_subprocess_alive()
        for old, new in zip(before, self.processes, strict=True):
            if new.pid != old:
                errors.print(f"ledger: worker {old} died, worker {new.pid} takes its place", style="yellow")


def serve_by_many(config: Config) -> None:
    """Serve with as many processes as the configuration says, until stopped."""
    Workers(config, sockets=[config.bind_socket()]).run()
