"""Writes the screening as tables that a clinician can read and sign: `docs/candidacy.md`.

Run as `python -m actions.candidacy_table`; it prints the Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import yaml

from actions.conversation import FORM
from actions.rules import ANSWERS, OUTCOMES, Criteria, Outcome, load_criteria
from actions.wording import SAID, sentence
from assistant.settings import PROJECT, Settings

_HEAD = """\
# Candidacy screening: rules and wording

Made from `content/criteria.yml` and `domain.yml` by `make candidacy-table`; don't edit it here.

Version of the rules: {version}. Who has signed what, and what has changed since:
`python -m assistant.content.signatures`.
"""

Answers = tuple[str, ...]


class Row(NamedTuple):
    """Combinations of answers that have the same outcome.

    Attributes:
        answers: Criteria to the answers that the row holds for; any where one is missing.
        outcome: The outcome.
        combinations: How many of the combinations stand in the row.
    """

    answers: dict[str, Answers]
    outcome: Outcome
    combinations: int


def folded(criteria: Criteria) -> list[Row]:
    """Folds all combinations of answers into the fewest rows that a fixed order allows.

    The criteria are split one after the other, those with a red answer first; answers under
    which everything else comes out the same share a row.

    Args:
        criteria: The criteria.

    Returns:
        The rows; each combination stands in exactly one, the widest of an outcome come first.
    """
    order = sorted(criteria.criteria, key=lambda each: "red" not in each.meanings.values())
    rows = _rows(criteria, tuple(each.id for each in order), ())
    return sorted(rows, key=lambda row: (OUTCOMES.index(row.outcome), -row.combinations))


def table(criteria: Criteria, domain: Mapping[str, Any]) -> str:
    """Writes the whole document.

    Args:
        criteria: The criteria.
        domain: The content of `domain.yml`.

    Returns:
        Markdown.
    """
    parts = [
        _HEAD.format(version=criteria.version),
        "## Questions and what an answer means\n",
        _criteria_table(criteria, domain),
        "## Outcomes\n",
        f"All {len(ANSWERS) ** len(criteria.ids)} combinations of answers, each in one row.\n",
        _outcome_table(criteria),
        _POINTS,
        *(f"- {line}" for line in _points(criteria)),
        "\n## Wording of the outcomes\n",
        _outcome_wording(domain),
        "## Wording of the answers\n",
        "Said as the reasons of an outcome and on the summary.\n",
        _answer_wording(criteria, domain),
    ]
    return "\n".join(parts)


_POINTS = """\
Whatever the patient mentions and the guide doesn't cover (pregnancy, blood thinners, an allergy …)
goes on the summary as a point to raise and turns `likely_candidate` into `needs_consultation`.
Beyond that:
"""


def _rows(criteria: Criteria, order: tuple[str, ...], fixed: Answers) -> Iterator[Row]:
    outcomes = _outcomes(criteria, order, fixed)
    if len(set(outcomes)) == 1:
        yield Row({}, outcomes[0], len(outcomes))
        return
    for alike in _alike(criteria, order, fixed):
        for row in _rows(criteria, order, (*fixed, alike[0])):
            answers = {order[len(fixed)]: alike, **row.answers}
            yield Row(answers, row.outcome, row.combinations * len(alike))


def _alike(criteria: Criteria, order: tuple[str, ...], fixed: Answers) -> list[Answers]:
    """The answers to the next criterion, grouped by what follows from them."""
    groups: dict[tuple[Outcome, ...], list[str]] = {}
    for answer in ANSWERS:
        groups.setdefault(_outcomes(criteria, order, (*fixed, answer)), []).append(answer)
    return [tuple(group) for group in groups.values()]


def _outcomes(criteria: Criteria, order: tuple[str, ...], fixed: Answers) -> tuple[Outcome, ...]:
    rest = product(ANSWERS, repeat=len(order) - len(fixed))
    combinations = (dict(zip(order, (*fixed, *each), strict=True)) for each in rest)
    return tuple(criteria.assess(each).outcome for each in combinations)


def _criteria_table(criteria: Criteria, domain: Mapping[str, Any]) -> str:
    rows = [
        [
            f"`{each.id}`",
            sentence(domain, f"utter_ask_{FORM}_{each.id}"),
            *(each.meanings[answer] for answer in ANSWERS),
            ", ".join(f"`{passage}`" for passage in each.passages),
        ]
        for each in criteria.criteria
    ]
    return _markdown(["Criterion", "Question", *ANSWERS, "Passage of the guide"], rows)


def _outcome_table(criteria: Criteria) -> str:
    rows = [
        [
            *(" or ".join(row.answers.get(each, ("any",))) for each in criteria.ids),
            row.outcome,
            str(row.combinations),
        ]
        for row in folded(criteria)
    ]
    total = [*[""] * len(criteria.ids), "all", str(len(ANSWERS) ** len(criteria.ids))]
    heads = [*(f"`{each}`" for each in criteria.ids), "Outcome", "Combinations"]
    return _markdown(heads, [*rows, total])


def _points(criteria: Criteria) -> Iterator[str]:
    for point in criteria.listed_points:
        if point.leaves_open:
            yield f"{point.name}: a favourable answer to `{point.leaves_open}` counts as unknown."
        if not point.consultation:
            yield f"{point.name}: goes on the summary only."


def _outcome_wording(domain: Mapping[str, Any]) -> str:
    rows = [[outcome, _cell(f"utter_screening_outcome_{outcome}", domain)] for outcome in OUTCOMES]
    return _markdown(["Outcome", "What is said"], rows)


def _answer_wording(criteria: Criteria, domain: Mapping[str, Any]) -> str:
    rows = [
        [f"`{each}`", *(_cell(f"{SAID}{each}_{answer}", domain) for answer in ANSWERS)]
        for each in criteria.ids
    ]
    return _markdown(["Criterion", *ANSWERS], rows)


def _cell(response: str, domain: Mapping[str, Any]) -> str:
    return "<br>".join(sentence(domain, response).split("\n"))


def _markdown(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Prints the document."""
    criteria = load_criteria(Settings.from_environment().content / "criteria.yml")
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    print(table(criteria, domain), end="")


if __name__ == "__main__":
    main()
