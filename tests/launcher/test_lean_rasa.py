from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

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
