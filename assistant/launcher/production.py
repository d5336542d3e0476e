"""`make production`: the whole production set on this machine, with one address.

PostgreSQL, Redis, two Rasa servers, two action servers and nginx in front, as `deploy/` sets them
up, on free ports. What dies is started again, as systemd would. SIGHUP restarts the Rasa servers
one after the other, with the model that fits by then; SIGTERM or Ctrl-C stops all of it.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests
import yaml

from assistant.content.startup import require_content
from assistant.content.yaml_fields import ContentError
from assistant.launcher import services
from assistant.launcher.in_use import wait_until_used
from assistant.launcher.model import NoFittingModel, fitting_model, train
from assistant.launcher.servers import free_port, is_taken, quiet
from assistant.launcher.services import Service, StartFailed
from assistant.launcher.unavailable import unavailable
from assistant.settings import PROJECT, SettingError, Settings

DEPLOY = PROJECT / "deploy"
_WORKDIR = PROJECT / "var" / "production"
_START_SECONDS = 300.0
_LOOK_SECONDS = 0.25

# The same file as the installed site's, but for addresses and folders.
_NGINX = """daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {deploy}/nginx/http.conf;
    upstream rasa {{
        zone rasa 64k;
        hash $conversation consistent;
{rasa}
    }}
    upstream actions {{
        zone actions 64k;
        least_conn;
{actions}
    }}
    server {{
        listen 127.0.0.1:{port};
        set $unavailable_folder {folder};
        include {deploy}/nginx/locations.conf;
    }}
    server {{
        listen 127.0.0.1:{action_port};
        include {deploy}/nginx/actions.conf;
    }}
}}
"""


class ProductionSet:
    """The servers of the production set.

    Attributes:
        url: The one address.
        postgresql: The conversations' database.
        redis: The locks.
        rasa: Rasa's servers.
        actions: The action servers.
        nginx: The proxy in front of Rasa's and the action servers.
    """

    def __init__(
        self,
        workdir: Path,
        environment: Mapping[str, str] | None = None,
        *,
        port: int | None = None,
        rasa_servers: int = 2,
        action_servers: int = 2,
    ) -> None:
        """Prepares the servers and starts none.

        Args:
            workdir: For logs and data; made where missing.
            environment: Settings beside those of this process.
            port: Port of the one address; a free one where left out.
            rasa_servers: How many Rasa servers.
            action_servers: How many action servers.

        Raises:
            StartFailed: A package is missing.
        """
        missing = services.missing_packages()
        if missing:
            raise StartFailed(f"Packages are missing: apt-get install {' '.join(missing)}")
        workdir.mkdir(parents=True, exist_ok=True)
        workdir.chmod(0o711)  # PostgreSQL runs as another user than root
        self.workdir = workdir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.postgresql = services.postgresql(workdir / "postgresql", free_port())
        self.redis = services.redis_server(workdir / "redis", free_port())
        self.environment = {
            **os.environ,
            **quiet(),
            "TOKEN_SECRET": os.environ.get("TOKEN_SECRET") or secrets.token_urlsafe(48),
            "TRUSTED_PROXIES": "1",
            **(environment or {}),
            "DATABASE_URL": self.postgresql.url,
            "REDIS_URL": self.redis.url,
        }
        self.actions = [self._action_server(n) for n in range(1, action_servers + 1)]
        self._action_port = free_port()
        self._endpoints = workdir / "endpoints.yml"
        _write_endpoints(self._endpoints, self._action_port)
        self.rasa = [self._rasa_server(n) for n in range(1, rasa_servers + 1)]
        self.nginx = self._nginx()
        self._stopping = threading.Event()
        self._supervising = threading.RLock()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    @property
    def services(self) -> list[Service]:
        """All servers, in the order in which they are started."""
        return [self.postgresql, self.redis, *self.actions, self.nginx, *self.rasa]

    def __enter__(self) -> ProductionSet:
        """Starts everything."""
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stops everything."""
        self.stop()

    def start(self) -> None:
        """Starts everything and waits until it can answer.

        Raises:
            StartFailed: A server didn't come up; the others are stopped again.
        """
        try:
            for service in (self.postgresql, self.redis):
                service.start()
            for service in (*self.actions, *self.rasa):
                service.launch()
            self.nginx.start()
            for service in (*self.actions, *self.rasa):
                service.wait(_START_SECONDS)
        except BaseException:
            self.stop()
            raise
        self._supervisor.start()

    def stop(self) -> None:
        """Stops everything: first what takes messages, last what keeps them."""
        self._stopping.set()
        with self._supervising:
            for service in (self.nginx, *self.rasa, *self.actions, self.redis, self.postgresql):
                service.stop()

    def rolling_restart(self) -> None:
        """Restarts the Rasa servers one after the other; nginx uses the others meanwhile.

        Raises:
            StartFailed: A server didn't come up again, or another one isn't in use that would
                have to stand in. The others go on as they were.
        """
        for service in self.rasa:
            for other in self.rasa:
                if other is not service:
                    self._wait_until_used(other)
            with self._supervising:
                service.stop()
                service.launch()
            service.wait(_START_SECONDS)

    def take_down(self, servers: Sequence[Service]) -> None:
        """Stops some of the servers for good; they aren't taken for dead.

        Args:
            servers: Which.
        """
        with self._supervising:
            for service in servers:
                service.stop()

    def _wait_until_used(self, server: Service) -> None:
        """Waits until nginx doesn't leave out a server that was away a moment ago."""
        nginx = f"http://127.0.0.1:{self._action_port}"
        if not wait_until_used(nginx, server.url.removeprefix("http://")):
            raise StartFailed(f"{server.name} isn't in use, so no other one may stop.")

    def _supervise(self) -> None:
        """Starts again what died by itself."""
        while not self._stopping.wait(_LOOK_SECONDS):
            with self._supervising:
                for service in self.services:
                    if service.process is not None and not service.is_running():
                        print(f"{service.name} died and is started again.", file=sys.stderr)
                        service.kill()
                        service.launch()

    def _action_server(self, number: int) -> Service:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        return Service(
            f"action server {number}",
            url,
            [sys.executable, "-m", "assistant.launcher.action_server", str(port)],
            lambda: requests.get(f"{url}/health", timeout=2).status_code == 200,
            environment=self.environment,
            log=self.workdir / f"actions-{number}.log",
        )

    def _rasa_server(self, number: int) -> Service:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "assistant.launcher.serve", "--port", str(port)]
        return Service(
            f"Rasa server {number}",
            url,
            [*command, "--endpoints", str(self._endpoints)],
            lambda: requests.get(f"{url}/health/ready", timeout=5).status_code == 200,
            environment=self.environment,
            log=self.workdir / f"rasa-{number}.log",
        )

    def _nginx(self) -> Service:
        folder = self.workdir / "nginx"
        folder.mkdir(exist_ok=True)
        settings = Settings.from_environment(self.environment)
        (folder / "unavailable.json").write_text(unavailable(settings))
        configuration = _NGINX.format(
            folder=folder,
            deploy=DEPLOY,
            port=self.port,
            action_port=self._action_port,
            rasa=_upstreams(self.rasa, "10s"),
            actions=_upstreams(self.actions, "5s"),
        )
        return services.nginx(folder, configuration, self.url)


def main() -> int:
    """Runs until Ctrl-C or SIGTERM.

    Returns:
        Exit code of the process.
    """
    wanted: list[signal.Signals] = []
    wake = threading.Event()

    def note(number: int, _frame: object) -> None:
        wanted.append(signal.Signals(number))
        wake.set()

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until there is something to stop
    try:
        settings = Settings.from_environment()
        # Whoever sets PORT wants that one; without it any free one will do.
        port = settings.port if "PORT" in os.environ else None
        if port and is_taken(port):
            raise StartFailed(f"Port {port} is taken: stop what uses it, or set PORT.")
        for warning in require_content(settings):
            print(f"Warning: {warning}", file=sys.stderr)
        production = ProductionSet(_WORKDIR, port=port)
        _ensure_model(settings)
        print("Starting PostgreSQL, Redis, two action servers, two Rasa servers, nginx …")
        sys.stdout.flush()
        with production:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, note)
            _introduce(production)
            while True:
                wake.wait()
                wake.clear()
                if set(wanted) - {signal.SIGHUP}:
                    break
                wanted.clear()
                _restart(production)
    except KeyboardInterrupt:
        pass
    except (StartFailed, NoFittingModel, SettingError, ContentError) as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped.")
    return 0


def _restart(production: ProductionSet) -> None:
    print("Restarting the Rasa servers one after the other …", flush=True)
    try:
        production.rolling_restart()
    except StartFailed as error:
        print(error, file=sys.stderr)
    else:
        print("Restarted.", flush=True)


def _ensure_model(settings: Settings) -> None:
    try:
        fitting_model(settings)
    except NoFittingModel as why:
        print(f"Training a model (some minutes). {why}", flush=True)
        train(settings)


def _introduce(production: ProductionSet) -> None:
    print(f"The demo page with the assistant: {production.url}/chat/")
    print(f"For programs: {production.url}/webhooks/web/webhook (docs/web-channel.md)")
    print(f"Conversations: {production.postgresql.url}; logs: {production.workdir}")
    for server in production.rasa:
        print(f"Metrics of {server.name}: {server.url}/metrics")
    print(f"New model without a pause: kill -HUP {os.getpid()}. Stop: Ctrl-C.", flush=True)


def _write_endpoints(file: Path, action_port: int) -> None:
    endpoints = yaml.safe_load((DEPLOY / "endpoints.yml").read_text())
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{action_port}/webhook"
    file.write_text(yaml.safe_dump(endpoints))


def _upstreams(servers: list[Service], pause: str) -> str:
    return "\n".join(
        f"        server {server.url.removeprefix('http://')} max_fails=1 fail_timeout={pause};"
        for server in servers
    )


if __name__ == "__main__":
    sys.exit(main())
