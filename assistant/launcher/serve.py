"""Runs one Rasa server of the production set: `python -m assistant.launcher.serve`.

Refuses to start with content, secrets or a model that aren't fit for it, then becomes `rasa run`.
"""

from __future__ import annotations

import argparse
import os
import sys

from assistant.content.startup import require_content
from assistant.content.yaml_fields import ContentError
from assistant.launcher.lean_rasa import LEAN_RASA
from assistant.launcher.model import NoFittingModel, fitting_model
from assistant.settings import PROJECT, SettingError, Settings


def main() -> int:
    """Checks and starts.

    Returns:
        Exit code of a process that mustn't start; else the process is Rasa's from here on.
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, help="port to listen on; PORT where left out")
    arguments.add_argument("--endpoints", default=str(PROJECT / "deploy" / "endpoints.yml"))
    given = arguments.parse_args()
    try:
        settings = Settings.from_environment()
        for warning in require_content(settings):
            print(f"Warning: {warning}", file=sys.stderr)
        model = fitting_model(settings)
    except (SettingError, ContentError, NoFittingModel) as error:
        print(error, file=sys.stderr)
        return 1
    command = [sys.executable, "-m", LEAN_RASA, "run", "--model", str(model)]
    command += ["--port", str(given.port or settings.port), "--interface", settings.interface]
    command += ["--endpoints", given.endpoints, "--credentials", str(PROJECT / "credentials.yml")]
    os.chdir(PROJECT)
    sys.stdout.flush()
    os.execv(sys.executable, command)


if __name__ == "__main__":
    sys.exit(main())
