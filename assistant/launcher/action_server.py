"""Rasa's action server on the loopback address only.

`rasa run actions` listens on every address without asking who calls, so the assistant starts it
this way; the stock command works as well for trying out.
"""

from __future__ import annotations

import logging
import sys

from rasa_sdk.endpoint import create_app

from assistant import logs
from assistant.settings import Settings

PACKAGE = "actions"


def main() -> None:
    """Serves the project's actions on the port given as the only argument."""
    # Without a handler of its own Python prints warnings past every filter.
    logging.basicConfig(
        level=Settings.from_environment().log_level,
        format="%(asctime)s %(levelname)-8s %(name)s  - %(message)s",
    )
    logs.configure()
    app = create_app(PACKAGE)
    app.run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False, motd=False)


if __name__ == "__main__":
    main()
