"""What the widget's channel serves, and what it doesn't."""

from __future__ import annotations

import dataclasses
import gzip
import http.client
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from assistant.channels.widget import BUILT, WidgetFiles, demo_page, read_files, section_id
from assistant.content.clinic import Clinic
from assistant.content.guide import Guide, Passage
from assistant.launcher.servers import Assistant
from assistant.settings import PROJECT

CLINIC = Clinic.load(PROJECT / "content" / "clinic.yml")
GUIDE = Guide.load(PROJECT / "content" / "guide.yml")
LAUNCHER_LIMIT, TOTAL_LIMIT = 10_000, 130_000  # bytes, gzip


def get(assistant: Assistant, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{assistant.url}/chat{path}", headers=headers, timeout=30)


def panel() -> str:
    (found,) = BUILT.glob("panel-*.js")
    return found.name


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/widget.js", "text/javascript; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/licenses.txt", "text/plain; charset=utf-8"),
    ],
)
def test_each_file_has_its_type_and_is_asked_for_again(
    assistant: Assistant, path: str, kind: str
) -> None:
    answer = get(assistant, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    again = get(assistant, path, **{"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_file_whose_name_changes_with_its_contents_is_kept_for_good(
    assistant: Assistant,
) -> None:
    assert "immutable" in get(assistant, f"/{panel()}").headers["cache-control"]


def test_files_are_compressed_for_those_who_can_read_it(assistant: Assistant) -> None:
    compressed = get(assistant, "/widget.js", **{"Accept-Encoding": "gzip"})
    plain = get(assistant, "/widget.js", **{"Accept-Encoding": "identity"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert compressed.content == plain.content
    assert get(assistant, f"/{panel()}").content == (BUILT / panel()).read_bytes()


def test_the_launcher_brings_the_clinics_data(tmp_path: Path) -> None:
    (tmp_path / "widget.js").write_text('var a="{{clinic}}";')
    clinic = dataclasses.replace(CLINIC, name='Vein\'s "Best" </script> {{clinic}}')
    launcher = read_files(tmp_path, clinic, GUIDE, 36)["widget.js"]
    found = re.fullmatch(r'var a="([\w.%~-]+)";', launcher.body.decode())
    assert found
    assert json.loads(unquote(found[1])) == {
        "clinic": clinic.name,
        "phone": CLINIC.phone,
        "emergency": CLINIC.emergency_number,
        "days": str(CLINIC.retention_days),
        "privacy": CLINIC.privacy_link,
        "idleHours": 36,
    }
    assert gzip.decompress(launcher.compressed) == launcher.body
    changed = read_files(tmp_path, CLINIC, GUIDE, 36)["widget.js"]
    assert changed.etag != launcher.etag


def test_the_built_launcher_has_one_place_for_the_clinics_data() -> None:
    assert (BUILT / "widget.js").read_text(encoding="utf-8").count('"{{clinic}}"') == 1


def test_the_page_has_the_strict_policy(assistant: Assistant) -> None:
    policy = get(assistant, "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


def test_the_prefix_without_a_slash_leads_to_the_page(assistant: Assistant) -> None:
    answer = get(assistant, "")
    assert answer.status_code == 308
    assert answer.headers["location"] == "chat/"


@pytest.mark.parametrize(
    "path",
    [
        "/../credentials.yml",
        "/..%2fcredentials.yml",
        "/%2e%2e/%2e%2e/content/clinic.yml",
        "/..%5c..%5ccontent%5cclinic.yml",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/widget.js%00.css",
        "/index.html",
        "/build.mjs",
        "/../widget/src/api.ts",
    ],
)
def test_nothing_else_can_be_fetched(assistant: Assistant, path: str) -> None:
    # http.client sends the path as it stands; httpx would tidy it up.
    server = http.client.HTTPConnection(urlsplit(assistant.url).netloc, timeout=30)
    server.request("GET", f"/chat{path}")
    assert server.getresponse().status in {400, 404}
    server.close()


@pytest.mark.parametrize("prefix", ["/", "", "chat", "/chat/", "/a b", "/../x?"])
def test_a_prefix_that_would_cover_other_routes_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix must be a path"):
        WidgetFiles({}, prefix)


def test_a_prefix_can_be_set_in_the_credentials() -> None:
    channel = WidgetFiles.from_credentials({"prefix": "/assistant/widget"})
    assert channel.url_prefix() == "/assistant/widget"


def test_without_a_built_widget_the_page_is_served_all_the_same(tmp_path: Path) -> None:
    files = read_files(tmp_path, CLINIC, GUIDE, 48)
    assert "" in files
    assert "widget.js" not in files


def test_the_page_shows_each_passage_of_the_guide_under_its_section() -> None:
    template = (PROJECT / "widget" / "demo" / "index.html").read_text(encoding="utf-8")
    page = demo_page(template, CLINIC, GUIDE)
    assert CLINIC.name in page
    for passage in GUIDE.values():
        assert f'<section id="{section_id(passage.section)}">' in page
    assert page.count("<section id=") == len({passage.section for passage in GUIDE.values()})


def test_what_the_clinic_writes_is_no_markup_on_the_page() -> None:
    guide = Guide()
    guide["x"] = Passage("x", "<b>Section</b>", ("<script>a</script> & so on",))
    clinic = dataclasses.replace(CLINIC, name='A "clinic" <img src=x>')
    page = demo_page("$clinic $sections $contents", clinic, guide)
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page


def test_an_invented_clinic_is_called_so() -> None:
    assert "doesn't exist" in demo_page("$notice", CLINIC, GUIDE)
    assert demo_page("$notice", dataclasses.replace(CLINIC, fictional=False), GUIDE) == ""


def test_the_widget_is_light_enough_for_a_phone() -> None:
    sizes = {
        name: len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in ("widget.js", panel())
    }
    print(sizes)
    assert sizes["widget.js"] <= LAUNCHER_LIMIT
    assert sum(sizes.values()) <= TOTAL_LIMIT


def test_the_licences_of_what_is_bundled_are_served(assistant: Assistant) -> None:
    text = get(assistant, "/licenses.txt").text
    assert "deep-chat" in text
    assert "MIT" in text
