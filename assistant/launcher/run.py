"""`make run`: trains if needed, starts everything, and stops it cleanly."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

from assistant.content.startup import require_content
from assistant.content.yaml_fields import ContentError
from assistant.launcher.model import NoFittingModel, fitting_model, train
from assistant.launcher.servers import StartFailed, is_taken, running_assistant
from assistant.settings import PROJECT, SettingError, Settings


class _Stop(Exception):
    """The person or the system wants the assistant to stop."""


def main() -> int:
    """Runs until Ctrl-C or SIGTERM.

    Returns:
        Exit code of the process.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        _run(Settings.from_environment())
    except _Stop:
        print("Stopped.")
        return 0
    except (StartFailed, NoFittingModel, SettingError, ContentError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(settings: Settings) -> None:
    if settings.port == settings.action_port:
        raise StartFailed(f"PORT and ACTION_PORT are both {settings.port}: set another for one.")
    for name, port in (("PORT", settings.port), ("ACTION_PORT", settings.action_port)):
        if is_taken(port):
            raise StartFailed(f"Port {port} is taken: stop what uses it, or set {name}.")
    for warning in require_content(settings):
        print(f"Warning: {warning}", file=sys.stderr)
    try:
        fitting_model(settings)
    except NoFittingModel as why:
        print(f"Training a model (some minutes). {why}", flush=True)
        train(settings)
    print("Starting …", flush=True)
    environment = {
        "DATABASE_URL": settings.database_url,
        "TOKEN_SECRET_FILE": str(settings.token_secret_file),
    }
    with running_assistant(
        PROJECT / "var", environment, port=settings.port, action_port=settings.action_port
    ) as assistant:
        print(f"The demo page with the assistant: {assistant.url}/chat/")
        print(f"For programs: {assistant.url}/webhooks/web/webhook (docs/web-channel.md)")
        print("Talk to it in a terminal: make shell. Stop it: Ctrl-C.", flush=True)
        while assistant.rasa and assistant.rasa.poll() is None:
            time.sleep(0.5)
        raise StartFailed(f"The Rasa server ended; its log is {assistant.workdir}/rasa.log")


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


if __name__ == "__main__":
    sys.exit(main())
