"""The fidelity check, on a small document made up for it."""

from __future__ import annotations

import pytest

from assistant.content.fidelity import check_fidelity, copied
from assistant.content.guide import Guide, Passage
from assistant.content.vocabulary import Vocabulary

SOURCE = """Grapes

What are they?

Grapes are usually eaten fresh within 3 days.

Kinds

  • Red grapes for juice
  • Green grapes
"""

VOCABULARY = Vocabulary(
    synonyms={"usually": "usually", "mostly": "usually"},
    counted=frozenset({"usually"}),
    guide_only=frozenset(),
    plain=frozenset(),
    stands_for={},
    idioms=(),
    promises=frozenset(),
)


def guide(*passages: tuple[str, str]) -> Guide:
    return Guide(
        {
            str(number): Passage(str(number), section, (text,))
            for number, (section, text) in enumerate(passages)
        }
    )


WHOLE = (
    ("What are they?", "Mostly, people eat them fresh in 3 days."),
    ("Kinds", "There are red grapes for juice, and green grapes."),
)


def problems(*passages: tuple[str, str]) -> list[str]:
    # "People" has to be in the source too: it is none of the words that need no source.
    return check_fidelity(guide(*passages), SOURCE.replace("eaten", "eaten by people"), VOCABULARY)


def test_a_guide_that_says_all_in_other_words_passes() -> None:
    assert problems(*WHOLE) == []


@pytest.mark.parametrize(
    ("passages", "message"),
    [
        ([WHOLE[1]], 'no passage holds "What are they? Grapes are usually eaten'),
        (
            [("What are they?", "Mostly, people eat them in 3 days."), WHOLE[1]],
            '"fresh" of the source document is missing',
        ),
        (
            [("What are they?", "Mostly, people eat them fresh in 4 days."), WHOLE[1]],
            'the figure "4" isn\'t in the source document',
        ),
        (
            [("What are they?", "Mostly, people usually eat them fresh in 3 days."), WHOLE[1]],
            '"usually" stands there 2 times, in the source document 1 times',
        ),
        (
            [WHOLE[0], ("Kinds", "There are red and sweet grapes for juice, and green ones.")],
            '"sweet" isn\'t in the source document\'s section "Kinds"',
        ),
        (
            [WHOLE[0], ("Kinds", "Red ones."), ("Kinds", "Green ones."), ("Kinds", "Juice.")],
            'no passage holds the whole list item "Red grapes for juice"',
        ),
        ([*WHOLE, ("Wine", "Grapes.")], '"Wine" is no heading of the source document'),
    ],
)
def test_what_is_missing_or_added_is_told(passages: list[tuple[str, str]], message: str) -> None:
    assert any(message in problem for problem in problems(*passages)), problems(*passages)


def test_seven_words_in_a_row_may_be_the_sources_and_eight_may_not() -> None:
    source = "one two three four five six seven eight nine"
    assert copied("One two three: four five six seven.", source) is None
    assert copied("two three four five six seven eight nine", source) is not None
