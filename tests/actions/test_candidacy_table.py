"""The tables that a clinician reads."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import yaml

from actions.candidacy_table import folded, table
from actions.rules import ANSWERS, OUTCOMES, load_criteria
from assistant.settings import PROJECT

CRITERIA = load_criteria(PROJECT / "content" / "criteria.yml")


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8")))


def test_the_document_is_up_to_date(domain: dict[str, Any]) -> None:
    written = (PROJECT / "docs" / "candidacy.md").read_text(encoding="utf-8")
    assert written == table(CRITERIA, domain), "run `make candidacy-table`"


def test_each_combination_stands_in_one_row_with_its_own_outcome() -> None:
    rows = folded(CRITERIA)
    for combination in product(ANSWERS, repeat=len(CRITERIA.ids)):
        answers = dict(zip(CRITERIA.ids, combination, strict=True))
        fitting = [
            row
            for row in rows
            if all(answers[each] in allowed for each, allowed in row.answers.items())
        ]
        assert [row.outcome for row in fitting] == [CRITERIA.assess(answers).outcome]
    assert sum(row.combinations for row in rows) == 243


def test_the_document_holds_the_wording_of_every_outcome(domain: dict[str, Any]) -> None:
    document = table(CRITERIA, domain)
    for outcome in OUTCOMES:
        text = domain["responses"][f"utter_screening_outcome_{outcome}"][0]["text"]
        assert text.split("\n")[-1] in document
