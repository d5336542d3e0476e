"""Rasa's action server on the loopback address only.

`rasa run actions` listens on every address without asking who calls, so the assistant starts it
this way; the stock command works as well for trying out.
"""

from __future__ import annotations

import sys

from rasa_sdk.endpoint import create_app

PACKAGE = "actions"


def main() -> None:
    """Serves the project's actions on the port given as the only argument."""
    app = create_app(PACKAGE)
    app.run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False, motd=False)


if __name__ == "__main__":
    main()
