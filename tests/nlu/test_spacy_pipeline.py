from __future__ import annotations

from pathlib import Path

import pytest
from rasa.nlu.utils.spacy_utils import SpacyNLP

from assistant.nlu import spacy_pipeline


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spacy_pipeline.build(tmp_path_factory.mktemp("spacy") / "en_test")


def test_body_areas_and_timing_are_marked_in_any_case(built: Path) -> None:
    doc = spacy_pipeline.load(built)("Brown marks on my THIGHS and behind the knee for 3 Weeks")
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        ("THIGHS", "body_area"),
        ("behind the knee", "body_area"),
        ("3 Weeks", "timing"),
    ]


def test_words_get_their_lemma_from_the_written_pipeline(built: Path) -> None:
    doc = spacy_pipeline.load(built)("calves itching swollen")
    assert [token.lemma_ for token in doc] == ["calf", "itch", "swell"]


def test_a_misspelling_is_no_ordinary_word(built: Path) -> None:
    words = spacy_pipeline.load(built).vocab.lookups.get_table(spacy_pipeline.ORDINARY_WORDS)
    assert "breath" in words
    assert "breth" not in words


def test_rasas_own_component_loads_the_pipeline(built: Path) -> None:
    component = SpacyNLP.load_model(str(built))
    assert component.model("itchy ankles")[1].lemma_ == "ankle"


def test_building_again_replaces_what_stood_there(built: Path) -> None:
    (built / "left over").touch()
    spacy_pipeline.build(built)
    assert not (built / "left over").exists()
    assert (built / "meta.json").is_file()


def test_a_missing_pipeline_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m assistant\.nlu\.spacy_pipeline"):
        spacy_pipeline.load(tmp_path / "none")
