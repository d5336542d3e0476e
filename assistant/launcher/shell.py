"""`make shell`: Rasa's own shell with the action server beside it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from assistant.launcher import servers
from assistant.launcher.lean_rasa import LEAN_RASA
from assistant.launcher.model import NoFittingModel, fitting_model
from assistant.settings import PROJECT, SettingError, Settings


def main() -> int:
    """Opens the shell.

    Returns:
        Exit code of the shell.
    """
    try:
        model = fitting_model(Settings.from_environment())
    except (NoFittingModel, SettingError) as error:
        print(error, file=sys.stderr)
        return 1
    with contextlib.ExitStack() as stack:
        workdir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assistant-")))
        environment = servers.prepare(workdir, action_port := servers.free_port())
        assistant = servers.Assistant("http://127.0.0.1:0", workdir, action_port, environment)
        stack.callback(assistant.stop)
        assistant.start_actions()
        # The shell opens a server of its own; on the loopback address nobody else reaches it.
        command = [sys.executable, "-m", LEAN_RASA, "shell", "--model", str(model)]
        command += ["--interface", "127.0.0.1", "--port", str(servers.free_port())]
        command += ["--endpoints", str(workdir / "endpoints.yml")]
        command += ["--credentials", os.devnull]
        return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
