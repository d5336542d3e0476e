"""What `content/spellings.yml` says of words can be read."""

from __future__ import annotations

import pytest

from assistant.nlu.phrases import Spellings
from assistant.nlu.red_flags import RedFlags


def test_each_spelling_stands_for_a_text() -> None:
    # YAML takes on, off, yes and no without quotes for true and false.
    strange = [each for each in Spellings.load().variants.items() if not isinstance(each[1], str)]
    assert strange == []


@pytest.mark.parametrize("spelling", ["on", "onn"])
def test_an_emergency_with_a_misspelt_on_is_found(spelling: str) -> None:
    found = RedFlags.load().check(f"there is a weight {spelling} my chest and i can't breathe")
    assert found is not None
    assert found.level == "emergency"
