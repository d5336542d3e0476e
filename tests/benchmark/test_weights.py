from __future__ import annotations

from pathlib import Path

from tests.benchmark.weights import installed, page_weight, requirements, size


def test_a_package_weighs_its_files_and_those_of_what_it_needs() -> None:
    alone, with_needs = installed(["packaging"]), installed(["requests"])
    assert 100_000 < alone < 5_000_000
    assert with_needs > installed(["idna"]) > 0


def test_the_assistant_needs_all_that_rasa_needs_and_more() -> None:
    assert installed(requirements()) > installed(["rasa"]) > 500_000_000


def test_a_folder_weighs_what_its_files_weigh(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one").write_bytes(b"12345")
    (tmp_path / "two").write_bytes(b"123")
    assert size(tmp_path) == 8
    assert size(tmp_path / "two") == 3


def test_the_page_loads_little_until_the_widget_is_open() -> None:
    weight = page_weight()
    assert 0 < weight["launcher"] < 10_000 < weight["open"] < 130_000
