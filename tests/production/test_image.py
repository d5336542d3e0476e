"""What `deploy/Dockerfile` copies into the image, by the rules of `.dockerignore`."""

from __future__ import annotations

import re
import subprocess

import pytest

from assistant.settings import PROJECT


def _rules() -> list[tuple[bool, re.Pattern[str]]]:
    """Whether a rule leaves out, and what it means: the last one that fits counts."""
    rules = []
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = re.escape(line.lstrip("!")).replace(r"\*\*/", "(.*/)?")
            rules.append((line[0] != "!", re.compile(pattern.replace(r"\*", "[^/]*") + "(/.*)?")))
    return rules


def _is_copied(path: str) -> bool:
    fitting = [leaves_out for leaves_out, rule in _rules() if rule.fullmatch(path)]
    return not (fitting and fitting[-1])


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        "var/conversations.db",
        "var/audit.jsonl",
        "reports/report.html",
        "results/report.json",
        ".git/config",
        ".venv/bin/python",
        ".tools/bin/uv",
        "models/trained.json",
        "widget/node_modules/vite/package.json",
        "tests/output/rasa.log",
        "assistant/__pycache__/logs.cpython-310.pyc",
    ],
)
def test_no_secret_no_patients_data_and_nothing_of_this_machine_gets_into_the_image(
    path: str,
) -> None:
    assert not _is_copied(path)


def test_all_that_belongs_to_the_project_gets_into_the_image() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True)
    files = listed.stdout.splitlines()
    if not files:
        pytest.skip("this is no checkout")
    assert [each for each in files if not _is_copied(each)] == []
