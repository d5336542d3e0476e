"""Waits until nginx uses a Rasa server again: `python -m assistant.launcher.in_use 5005`.

A server that was away is left out by nginx for some seconds more, though it can answer already.
Whoever stopped the next server within them would leave patients with none.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

import requests

# deploy/nginx/actions.conf, on the loopback address by which Rasa reaches the action servers.
_NGINX = "http://127.0.0.1:5055"
_SECONDS = 30.0  # three times as long as nginx leaves a server out
_PAUSE = 0.1


def is_used(nginx: str, address: str) -> bool:
    """Asks nginx once; each request goes to any of the servers that it uses.

    Args:
        nginx: Its address for the launcher.
        address: Host and port of the server, as nginx's configuration has them.

    Returns:
        Whether this request went to this server.

    Raises:
        requests.RequestException: nginx doesn't answer.
    """
    # More than one is named where the first didn't answer.
    served_by = requests.get(f"{nginx}/rasa", timeout=5).headers.get("X-Served-By", "")
    return served_by.split(", ")[-1] == address


def wait_until_used(nginx: str, address: str, seconds: float = _SECONDS) -> bool:
    """Asks nginx until it uses a server.

    Args:
        nginx: Its address for the launcher.
        address: Host and port of the server, as nginx's configuration has them.
        seconds: How long at most.

    Returns:
        Whether it does.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(requests.RequestException):
            if is_used(nginx, address):
                return True
        time.sleep(_PAUSE)
    return False


def main() -> int:
    """Waits; a server that nobody uses is no reason to end it, so this only tells.

    Returns:
        Exit code, always 0.
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("port", type=int, help="port of the server")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--nginx", default=_NGINX)
    given = arguments.parse_args()
    address = f"{given.host}:{given.port}"
    try:
        requests.get(given.nginx, timeout=5)
    except requests.ConnectionError:
        print(f"No nginx on {given.nginx}: nothing to wait for.", file=sys.stderr)
        return 0
    except requests.RequestException:
        pass  # it is there and slow
    if not wait_until_used(given.nginx, address):
        print(f"nginx doesn't use {address}: is it in upstreams.conf?", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
