"""`ledger serve --demo` and `ledger seed` as a newcomer meets them: real processes, a real port."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from schema.cli.demo import address
from schema.cli.serving import SLOWER
from tests.databases import only_sqlite
from tests.postgres import Postgres
from tests.schema.cli import Cli

LEDGER = str(Path(sys.executable).with_name("ledger"))
CHECKOUT = Path(__file__).parents[2]
SECONDS = 60


class Served(NamedTuple):
    """A server that answers, and what it printed before."""

    address: str
    printed: list[str]

    def value(self, name: str) -> str:
        """Return what was printed as `NAME=value`."""
        (line,) = [line for line in self.printed if line.startswith(f"{name}=")]
        return line.partition("=")[2]

    @property
    def events(self) -> int:
        """How many events there were when it started."""
        return int(re.findall(r"[\d,]+", self.printed[4])[-1].replace(",", ""))

    @property
    def commands(self) -> list[str]:
        """The commands it offers for pasting."""
        return [line for line in self.printed if line.startswith("curl ") or " explain " in line]


class Newcomer:
    """Somebody with a folder, perhaps a database server, and a free port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "LEDGER_"))}
        self.environment = {**own, "LEDGER_DATA_DIR": str(folder), "PYTHONUTF8": "1", **settings}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    @contextmanager
    def serves(self, *options: str, lang: str = "C.UTF-8", says: str = "") -> Iterator[Served]:
        """Start a server with the demo, and stop it as Ctrl-C does."""
        command = [LEDGER, "serve", "--demo", "--port", str(self.port), *options]
        with subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env={**self.environment, "LANG": lang},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as server:
            try:
                address = f"http://127.0.0.1:{self.port}"
                _wait_for(f"{address}/healthz", server)
                assert server.stdout is not None
                yield Served(address, _until_commands(server.stdout))
            finally:
                server.send_signal(signal.SIGINT)
                _, said = server.communicate(timeout=SECONDS)
        assert said == says

    def types(self, line: str) -> str:
        """Run a pasted command and return what it prints; curl's requests are sent from here."""
        if not line.startswith("curl "):
            done = subprocess.run(
                line, shell=True, cwd=CHECKOUT, env=self.environment, capture_output=True, check=True
            )
            return done.stdout.decode()
        words = shlex.split(line)
        headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
        body = words[words.index("-d") + 1].encode()
        given = {name: value for name, _, value in (header.partition(": ") for header in headers)}
        with urlopen(Request(words[2], body, given), timeout=SECONDS) as answer:
            return str(answer.read().decode())


def _wait_for(url: str, server: subprocess.Popen[str]) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=SECONDS):
                return
        except URLError:
            time.sleep(0.05)
    raise AssertionError("it does not answer")


def _until_commands(output: IO[str]) -> list[str]:
    printed: list[str] = []
    for line in output:
        printed.append(line.rstrip("\n"))
        if " explain " in line:
            break
    return printed


@pytest.fixture
def newcomer(kind: str, tmp_path: Path) -> Iterator[Newcomer]:
    """Somebody with nothing but a folder, or an empty database on a server that keeps what it was given."""
    if kind == "sqlite":
        yield Newcomer(tmp_path)
        return
    with Postgres(fsync="on", synchronous_commit="on", full_page_writes="on") as server:
        yield Newcomer(tmp_path, LEDGER_DATABASE_URL=server.url("postgres"))


def test_what_is_printed_works_and_the_next_start_prints_the_same_keys(newcomer: Newcomer) -> None:
    with newcomer.serves() as first:
        assert [line.partition("=")[0] for line in first.printed[:3]] == ["OPERATOR_KEY", "BOT_KEY", "MEMBER_LINK"]
        assert first.value("OPERATOR_KEY").startswith("lgr_")
        assert first.value("MEMBER_LINK").startswith(f"{first.address}/link/")
        assert "The community demo has 40 members and " in first.printed[4]
        assert 2_500 <= first.events <= 3_500, "more or fewer on other weekdays"
        post, ask, explain = first.commands
        posted = json.loads(newcomer.types(post))
        assert posted["status"] == "recorded"
        assert [entry["delta"] for entry in posted["entries"]] == [10]
        answered = json.loads(newcomer.types(ask))
        assert answered["data"]["memberByHandle"]["balance"] == {"total": 10}
        assert "gets 10 Points; the balance is 10." in newcomer.types(explain)
        assert json.loads(newcomer.types(post))["status"] == "replayed"
    with newcomer.serves(lang="zh_CN.UTF-8") as second:
        assert second.printed[:2] == first.printed[:2]
        assert second.printed[2] != first.printed[2]
        assert second.events >= first.events + 2, "the one that was posted, and what goes on meanwhile"
        assert "社群 demo 有 41 位成员" in second.printed[4]
        assert json.loads(newcomer.types(second.commands[1]))["data"]["memberByHandle"]["balance"] == {"total": 10}


@only_sqlite
def test_a_port_in_use_is_said_in_one_line_before_anything_is_made(newcomer: Newcomer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", newcomer.port)):
        command = [LEDGER, "serve", "--demo", "--port", str(newcomer.port)]
        done = subprocess.run(command, env=newcomer.environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"port {newcomer.port} is in use" in done.stderr
    assert f"PORT={newcomer.port + 1}" in done.stderr
    assert list(tmp_path.iterdir()) == []


@only_sqlite
def test_several_processes_serve_it_too(newcomer: Newcomer) -> None:
    with newcomer.serves("--workers", "2", says=f"ledger: {SLOWER}\n") as served:
        assert json.loads(newcomer.types(served.commands[0]))["status"] == "recorded"


@only_sqlite
def test_without_the_demo_it_says_where_it_listens_and_which_worker_was_replaced(newcomer: Newcomer) -> None:
    command = [LEDGER, "serve", "--port", str(newcomer.port), "--workers", "2"]
    with subprocess.Popen(command, env=newcomer.environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            said = [server.stderr.readline() for _ in range(2)]
            assert said == [
                f"ledger: {SLOWER}\n",
                f"Listening on http://127.0.0.1:{newcomer.port} with 2 workers.\n",
            ]
            _wait_for(f"http://127.0.0.1:{newcomer.port}/healthz", server)
            worker = _workers(server.pid)[0]
            os.kill(worker, signal.SIGKILL)
            assert server.stderr.readline().startswith(f"ledger: worker {worker} died, worker ")
        finally:
            server.terminate()


def _workers(parent: int) -> list[int]:
    """Return the processes that serve, by their parent."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


@only_sqlite
def test_seed_makes_it_without_serving_and_again_is_no_change(ledger_cli: Cli) -> None:
    first = ledger_cli("seed").ok().text.splitlines()
    again = ledger_cli("seed", "--port", "9000").ok().text.splitlines()
    assert [line.partition("=")[0] for line in first[:3]] == ["OPERATOR_KEY", "BOT_KEY", "MEMBER_LINK"]
    assert first[:2] == again[:2]
    assert first[3:] == again[3:]
    assert "http://127.0.0.1:9000/link/" in again[2]
    assert "demo: " in ledger_cli("verify").ok().text


@pytest.fixture
def ledger_cli(database_url: str, tmp_path: Path) -> Cli:
    """The command line on a fresh database, its data folder the test's."""
    return Cli(database_url, {"LEDGER_DATA_DIR": str(tmp_path)})


@only_sqlite
def test_another_community_that_is_called_demo_is_said_in_one_line(ledger_cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "one.ndjson"
    path.write_text(
        '{"specversion":"1.0","id":"1","source":"chat:x","type":"member.joined","data":{"member":"a"}}\n'
    )
    ledger_cli("import", path, "-c", "demo").ok()
    ran = ledger_cli("seed")
    assert ran.code == 1
    assert "another community 'demo'" in ran.said


@pytest.mark.parametrize(
    ("host", "called"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("ledger.example", "http://ledger.example:80"),
    ],
)
def test_the_address_is_one_that_can_be_called(host: str, called: str) -> None:
    assert address(host, 80) == called
