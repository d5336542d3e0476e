"""Opens a page in Debian's Chromium and keeps a picture of it in `tests/output/`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from assistant.settings import PROJECT

OUTPUT = PROJECT / "tests" / "output"


@contextlib.contextmanager
def opened(address: str, width: int = 1200) -> Iterator[Page]:
    """Opens a page that must complain of nothing and load nothing else.

    Args:
        address: Its address.
        width: Width of the window in pixels.

    Yields:
        The page.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium isn't installed")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda line: complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        yield page
        assert complaints == []
        assert requests == [address]
        browser.close()


def keep_picture(page: Page, name: str, *, whole: bool = False) -> Path:
    """Keeps a picture of what is seen now.

    Args:
        page: The page.
        name: Name of the file without its ending.
        whole: Whether all of the page goes into the picture, not just what is in the window.

    Returns:
        The file.
    """
    OUTPUT.mkdir(exist_ok=True)
    file = OUTPUT / f"{name}.png"
    page.screenshot(path=str(file), full_page=whole)
    return file
