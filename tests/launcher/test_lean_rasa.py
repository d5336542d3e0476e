from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from rasa.core.agent import Agent
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.launcher import lean_rasa
from assistant.launcher.model import fitting_model
from assistant.launcher.servers import Assistant, free_port, prepare
from assistant.launcher.services import Service
from assistant.settings import PROJECT, Settings

_LEAVE_OUT = "from assistant.launcher.lean_rasa import leave_tensorflow_out as out; out(); "


def _run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _LEAVE_OUT + code]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)


@pytest.mark.served
def test_a_running_server_has_no_tensorflow_in_its_memory(assistant: Assistant) -> None:
    assert assistant.rasa is not None
    loaded = Path(f"/proc/{assistant.rasa.pid}/maps").read_text()
    assert "onnxruntime" in loaded
    assert "tensorflow" not in loaded


@pytest.mark.parametrize(
    "use",
    [
        "import tensorflow as tf; tf.constant(1)",
        "import tensorflow as tf; tf.keras.Model()",
        "from rasa.utils.tensorflow.layers import Ffnn; Ffnn([1], 0.1, 0.1, 0.1, 'x')",
        "from keras import Model; Model()",
    ],
)
def test_whoever_wants_to_compute_with_it_is_told_what_to_do(use: str) -> None:
    done = _run(use)
    assert done.returncode == 1
    assert "TensorFlowMissing: TensorFlow isn't loaded in this process" in done.stderr


def test_other_packages_are_found_as_ever() -> None:
    done = _run("import sklearn, onnxruntime; import tensorflow_nothing")
    assert "ModuleNotFoundError: No module named 'tensorflow_nothing'" in done.stderr


@pytest.mark.served
def test_the_plain_rasa_command_serves_the_model_as_well(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = prepare(tmp_path, free_port())
    model = fitting_model(Settings.from_environment(environment))
    command = [sys.executable, "-m", "rasa", "run", "--model", str(model), "--port", str(port)]
    command += ["--endpoints", str(tmp_path / "endpoints.yml")]
    server = Service(
        "rasa run",
        url,
        command,
        lambda: requests.get(f"{url}/health/live", timeout=5).ok,
        environment=environment,
        folder=PROJECT,
    )
    try:
        server.start()
        body = {"message": "does it hurt?"}
        reply = requests.post(f"{url}/webhooks/web/webhook", json=body, timeout=30).json()
        assert [message["topics"] for message in reply["messages"]] == [[], ["pain"]]
    finally:
        server.stop()


@pytest.fixture(scope="module")
def agent() -> Agent:
    """The trained model, in this process."""
    return Agent.load(str(fitting_model(Settings.from_environment())))


@pytest.mark.parametrize("text", ["does it hurt and how long", "I can't breathe", "", "asdf"])
def test_a_graph_run_plainly_gives_what_dask_gives(
    agent: Agent, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_dask = asyncio.run(agent.parse_message(text))
    monkeypatch.setattr(DaskGraphRunner, "run", lean_rasa._run_graph)
    assert asyncio.run(agent.parse_message(text)) == by_dask


@pytest.mark.parametrize("text", ["does it hurt and how long", "can I have it?", "hello", ""])
def test_a_plainly_run_graph_predicts_what_dask_predicts(
    agent: Agent, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert agent.processor is not None
    heard = asyncio.run(agent.parse_message(text))
    events = [
        ActionExecuted("action_listen"),
        UserUttered(text, heard["intent"], heard["entities"], heard),
    ]
    tracker = DialogueStateTracker.from_events("someone", events, agent.domain.slots)
    by_dask = agent.processor._predict_next_with_tracker(tracker)
    monkeypatch.setattr(DaskGraphRunner, "run", lean_rasa._run_graph)
    plainly = agent.processor._predict_next_with_tracker(tracker)
    assert plainly == by_dask


@pytest.mark.parametrize(
    ("confidence", "before_the_user", "asked"),
    [(1.0, True, []), (0.9, True, ["second"]), (1.0, False, ["second"])],
)
def test_a_policy_is_not_asked_behind_one_that_nothing_outranks(
    confidence: float, before_the_user: bool, asked: list[str]
) -> None:
    ran: list[str] = []
    certain = PolicyPrediction([confidence], "first", is_no_user_prediction=before_the_user)

    def second() -> tuple[str, PolicyPrediction]:
        ran.append("second")
        return "second", PolicyPrediction([1.0], "second")

    policy = {"uses": RulePolicy, "needs": {}}
    schema = SimpleNamespace(
        nodes={
            "first": SimpleNamespace(**policy),
            "second": SimpleNamespace(**policy),
            "ensemble": SimpleNamespace(needs={"policy0": "first", "policy1": "second"}),
        },
        target_names=["ensemble"],
    )
    nodes = {
        "first": lambda: ("first", certain),
        "second": second,
        "ensemble": lambda *inputs: ("ensemble", next(value for _, value in inputs)),
    }
    runner = SimpleNamespace(_graph_schema=schema, _instantiated_nodes=nodes)
    assert lean_rasa._run_graph(runner) == {"ensemble": certain}  # type: ignore[arg-type]
    assert ran == asked


def test_each_node_of_a_graph_runs_once_and_only_if_it_is_needed() -> None:
    ran: list[str] = []
    needs: dict[str, dict[str, str]] = {
        "start": {},
        "left": {"x": "given"},
        "right": {"x": "start"},
        "unneeded": {},
    }
    needs["end"] = {"a": "left", "b": "right", "c": "start"}

    def node(name: str) -> Callable[..., tuple[str, str]]:
        def run(*inputs: tuple[str, str]) -> tuple[str, str]:
            ran.append(name)
            return name, f"{name}({', '.join(value for _, value in inputs)})"

        return run

    schema = SimpleNamespace(
        nodes={name: SimpleNamespace(needs=its) for name, its in needs.items()},
        target_names=["end"],
    )
    runner = SimpleNamespace(
        _graph_schema=schema, _instantiated_nodes={name: node(name) for name in needs}
    )
    done = lean_rasa._run_graph(runner, {"given": "!"})  # type: ignore[arg-type]
    assert done == {"end": "end(left(!), right(start()), start())"}
    assert sorted(ran) == ["end", "left", "right", "start"]


def test_a_node_that_fails_is_an_error_of_the_graph() -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    schema = SimpleNamespace(nodes={"a": SimpleNamespace(needs={})}, target_names=["a"])
    runner = SimpleNamespace(_graph_schema=schema, _instantiated_nodes={"a": fail})
    with pytest.raises(GraphRunError):
        lean_rasa._run_graph(runner)  # type: ignore[arg-type]
