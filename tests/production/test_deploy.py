"""The files of `deploy/`, as far as the tools of this machine can check them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from sanic.config import DEFAULT_CONFIG

from assistant.channels.messaging import hub
from assistant.launcher import services
from assistant.launcher.production import DEPLOY
from assistant.settings import PROJECT

# The top level of the chart's values.yaml (RasaHQ/helm-charts, charts/rasa).
_CHART = """
    nameOverride fullnameOverride registry applicationSettings replicaCount networkPolicy args
    extraArgs command extraEnv image serviceAccount podAnnotations podLabels
    deploymentAnnotations deploymentLabels podSecurityContext securityContext service ingress
    resources autoscaling nodeSelector tolerations affinity strategy livenessProbe
    readinessProbe initContainers extraContainers volumes volumeMounts global postgresql redis
    rabbitmq nginx
"""


def test_nginx_accepts_the_site_with_tls(tmp_path: Path) -> None:
    if "nginx" in services.missing_packages() or not shutil.which("openssl"):
        pytest.skip("the packages nginx and openssl aren't installed")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=example"]
    made += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    site = (DEPLOY / "nginx" / "site.conf").read_text()
    site = site.replace("/etc/letsencrypt/live/assistant.clinic.example.com", str(tmp_path))
    site = site.replace("include /etc/nginx/assistant", f"include {DEPLOY}/nginx")
    site = site.replace("/var/log/nginx", str(tmp_path))
    configuration = f"pid {tmp_path}/nginx.pid; events {{}} http {{ {site} }}"
    services.nginx(tmp_path, configuration, "http://127.0.0.1")  # raises where it is refused


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd isn't installed")
    units = []
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        # An instance of its own, with paths and a user that this machine has.
        text = unit.read_text().replace("/opt/sclerotherapy-assistant", str(tmp_path))
        text = text.replace(f"{tmp_path}/.venv/bin/python", "/bin/sh").replace(
            "User=assistant", "User=root"
        )
        copy = tmp_path / unit.name.replace("@.", "@5005.")
        copy.write_text(text)
        units.append(str(copy))
    checked = subprocess.run([program, "verify", *units], capture_output=True, text=True)
    ours = [line for line in checked.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []


def test_whoever_kills_a_server_waits_longer_than_it_takes_to_stop() -> None:
    longest = hub._STOP_SECONDS + DEFAULT_CONFIG["GRACEFUL_SHUTDOWN_TIMEOUT"]
    assert longest < services.STOP_SECONDS
    unit = (DEPLOY / "systemd" / "assistant-rasa@.service").read_text()
    assert f"TimeoutStopSec={services.STOP_SECONDS:.0f}\n" in unit
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    for name in ("rasa-1", "rasa-2", "nginx"):
        assert compose["services"][name]["stop_grace_period"] == f"{services.STOP_SECONDS:.0f}s"


def test_compose_names_only_what_there_is() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    for name, service in compose["services"].items():
        for other in service.get("depends_on", {}):
            assert other in compose["services"], f"{name} depends on {other}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            made = source == "./unavailable.json"  # by the command that stands above it
            assert source in compose["volumes"] or made or (DEPLOY / source).exists()
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()


def test_the_chart_s_values_have_names_that_the_chart_knows() -> None:
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())
    assert set(values) <= set(_CHART.split())
    assert values["command"] + values["args"][:2] == [
        ".venv/bin/python",
        "-m",
        "assistant.launcher.serve",
    ]


def test_the_chart_lays_nothing_over_the_image() -> None:
    # Its pods mount files of their own at /app/credentials.yml and /app/endpoints.yml.
    (home,) = re.findall(r"^WORKDIR (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.M)
    assert home != "/app"


def test_a_server_without_its_store_is_left_to_answer_emergencies() -> None:
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())
    assert values["readinessProbe"]["httpGet"]["path"] == "/health/live"
    unit = (DEPLOY / "systemd" / "assistant-rasa@.service").read_text()
    (waits, seconds) = re.findall(r"^ExecStartPost=(-?)/usr/bin/curl .*max-time (\d+)", unit, re.M)[
        0
    ]
    (limit,) = re.findall(r"^TimeoutStartSec=(\d+)$", unit, re.M)
    assert waits == "-"
    assert int(seconds) + 30 < int(limit)


def test_the_ingress_hashes_by_the_conversation_as_nginx_does() -> None:
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())
    controller = yaml.safe_load((DEPLOY / "helm-ingress-values.yaml").read_text())["controller"]
    (key,) = re.findall(r"hash (\S+) consistent", (DEPLOY / "nginx/upstreams.conf").read_text())
    (made,) = re.findall(r"^map .*?^}", (DEPLOY / "nginx/http.conf").read_text(), re.M | re.S)
    assert values["ingress"]["annotations"]["nginx.ingress.kubernetes.io/upstream-hash-by"] == key
    assert controller["config"]["http-snippet"].strip() == made


def test_every_setting_in_deploy_is_one_that_is_read() -> None:
    known = set(re.findall(r"^#?\s?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    set_there = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "production.env").read_text(), re.M))
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text())
    set_there |= {entry["name"] for entry in values["extraEnv"]}
    assert set_there <= known


def test_every_command_in_deploy_is_there() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            for module in re.findall(r"-m,? (assistant\.[a-z_.]+)", file.read_text()):
                path = PROJECT / module.rstrip(".").replace(".", "/")
                assert path.with_suffix(".py").exists() or path.is_dir(), f"{file.name}: {module}"
