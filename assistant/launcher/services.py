"""Private servers from the system's packages: PostgreSQL, Redis, nginx.

Each keeps its data in a folder of its own and listens on the loopback address. PostgreSQL refuses
to run as root, so root starts it as the user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis
import requests

START_SECONDS = 90.0
# Whoever stops a server waits this long before killing it; said here, and tests hold everything
# else against it: deploy/systemd, deploy/compose.yml, Kubernetes' default. A Rasa server takes
# 10 s at most for what messengers have under way, then Sanic 15 s for the turns it is in; the
# rest is for ending threads that wait for the database. nginx ends requests after 25 s.
STOP_SECONDS = 30.0
_PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server", "nginx": "nginx"}


class StartFailed(Exception):
    """A server didn't come up; the text says which and why."""


@dataclass
class Service:
    """A server that can be stopped, frozen, killed and started again.

    Attributes:
        name: What people call it.
        url: Where it listens.
        command: How it is started.
        answers: Whether it can be used; raises or says False where not.
        environment: What it sees of the environment; that of this process where left out.
        log: Where its output goes; dropped where left out.
        folder: Where it runs; that of this process where left out.
        stop_signal: Ends it cleanly.
        stop_seconds: How long it may take to end before it is killed.
        process: Its process.
    """

    name: str
    url: str
    command: Sequence[str]
    answers: Callable[[], bool]
    environment: dict[str, str] | None = None
    log: Path | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = STOP_SECONDS
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it and waits until it answers.

        Raises:
            StartFailed: It ended, or doesn't answer in time.
        """
        self.launch()
        try:
            self.wait()
        except StartFailed:
            self.kill()
            raise

    def launch(self) -> None:
        """Starts it and doesn't wait."""
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self.log.open("ab")) if self.log else subprocess.DEVNULL
            self.process = subprocess.Popen(
                list(self.command),
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Waits until it answers.

        Args:
            seconds: How long at most.

        Raises:
            StartFailed: It ended, or doesn't answer in time.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.is_running():
                raise StartFailed(f"{self.name} ended at once: {self._last_line()}")
            if self.is_well():
                return
            time.sleep(0.05)
        raise StartFailed(f"{self.name} didn't start in {seconds:.0f} s: {self._last_line()}")

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def is_well(self) -> bool:
        """Whether it answers."""
        with contextlib.suppress(redis.RedisError, requests.RequestException, OSError):
            return self.answers()
        return False

    def stop(self) -> None:
        """Lets it finish what it is at, and ends it."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """Kills it with all its children, as a power cut would."""
        if self.process is None:
            return
        for number in (signal.SIGKILL, signal.SIGCONT):
            self.signal(number)
        self.process.wait()
        self.process = None

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Freezes it: its connections stay open, and nothing comes back."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to it and all its children.

        Args:
            number: The signal.
        """
        if self.process is not None:
            for pid in with_children(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _last_line(self) -> str:
        text = self.log.read_text(errors="replace").strip() if self.log else ""
        return text.splitlines()[-1] if text else "it wrote no log"


def postgresql(folder: Path, port: int) -> Service:
    """Makes a PostgreSQL server with an empty database, or takes up the one in the folder.

    Args:
        folder: Its data; made where missing.
        port: Where it listens.

    Returns:
        The server, not started; its `url` names the database.

    Raises:
        StartFailed: The package is missing, or the data can't be made.
    """
    programs = Path(_program("postgres")).parent
    folder.mkdir(parents=True, exist_ok=True)
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        made = subprocess.run(
            [*prefix, programs / "initdb", "-D", data, "-U", "clinic", "-A", "trust"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise StartFailed(f"PostgreSQL's data can't be made: {made.stderr.strip()[-300:]}")
    options = ["-D", data, "-p", port, "-k", folder, "-h", "127.0.0.1"]
    url = f"postgresql://clinic@127.0.0.1:{port}/postgres"
    return Service(
        "PostgreSQL",
        url,
        [*prefix, str(programs / "postgres"), *map(str, options)],
        lambda: subprocess.run([programs / "pg_isready", "-q", "-d", url]).returncode == 0,
        stop_signal=signal.SIGINT,  # ends connections, too; SIGTERM would wait for them
    )


def redis_server(folder: Path, port: int) -> Service:
    """Makes an empty Redis server.

    Args:
        folder: Where it works; made where missing.
        port: Where it listens.

    Returns:
        The server, not started.

    Raises:
        StartFailed: The package is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    client = redis.Redis(port=port, socket_timeout=1)
    return Service(
        "Redis",
        f"redis://127.0.0.1:{port}/0",
        [*command, "--dir", str(folder)],
        lambda: bool(client.ping()),
    )


def nginx(folder: Path, configuration: str, url: str) -> Service:
    """Makes an nginx server.

    Args:
        folder: Where it works; made where missing.
        configuration: Text of its configuration.
        url: Where it listens.

    Returns:
        The server, not started.

    Raises:
        StartFailed: The package is missing, or nginx refuses the configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(configuration)
    command = [_program("nginx"), "-p", str(folder), "-c", str(file), "-e", "stderr"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    if checked.returncode:
        raise StartFailed(f"nginx refuses its configuration: {checked.stderr.strip()[-500:]}")
    return Service(
        "nginx",
        url,
        command,
        lambda: requests.get(f"{url}/nginx", timeout=1).status_code == 204,
        log=folder / "nginx.log",
        stop_signal=signal.SIGQUIT,  # finishes the requests it is at
    )


def missing_packages() -> list[str]:
    """Returns Debian's packages that the servers need and this machine lacks."""
    return [package for program, package in _PACKAGES.items() if not _find(program)]


def with_children(pid: int) -> list[int]:
    """Finds a process and all below it, from /proc: PostgreSQL's are sessions of their own.

    Args:
        pid: The process.

    Returns:
        The process ids, the process's own first.
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def _program(name: str) -> str:
    found = _find(name)
    if found is None:
        raise StartFailed(f"{name} is missing; install it: apt-get install {_PACKAGES[name]}")
    return found


def _find(name: str) -> str | None:
    if name == "postgres":  # Debian keeps it out of the path
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return str(versions[-1]) if versions else None
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
