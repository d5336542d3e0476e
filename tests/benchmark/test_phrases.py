from __future__ import annotations

from collections import Counter
from pathlib import Path

from assistant.nlu.training_phrases import LONG_MESSAGES, read_long_messages, read_phrases
from assistant.settings import PROJECT
from tests.benchmark.phrases import sample, write_as_ours, write_as_stock, write_messages

from rasa.shared.nlu.training_data.loading import load_data  # isort: skip


def test_what_is_written_for_our_copy_is_read_as_what_it_was(tmp_path: Path) -> None:
    phrases = read_phrases(PROJECT / "data")
    write_as_ours(phrases, tmp_path)
    assert Counter(read_phrases(tmp_path)) == Counter(phrases)


def test_our_copy_gets_as_large_a_part_of_the_messages(tmp_path: Path) -> None:
    messages = read_long_messages(PROJECT / "data" / LONG_MESSAGES)
    for part in (1.0, 0.1):
        write_messages(part, tmp_path)
        taken = read_long_messages(tmp_path / LONG_MESSAGES)
        assert len(taken) == round(part * len(messages))
        assert not Counter(taken) - Counter(messages)


def test_a_sample_keeps_every_label_in_its_proportion() -> None:
    phrases = read_phrases(PROJECT / "data")
    taken = Counter(each.label for each in sample(phrases, 2000))
    for label, number in Counter(each.label for each in phrases).items():
        assert taken[label] == min(number, max(5, round(number * 2000 / len(phrases))))


def test_stock_rasa_reads_the_same_phrases_under_the_same_labels(tmp_path: Path) -> None:
    phrases = sample(read_phrases(PROJECT / "data"), 2000)
    write_as_stock(phrases, tmp_path / "nlu.yml")
    read = load_data(str(tmp_path / "nlu.yml")).intent_examples
    labelled = {
        (each.get("intent_response_key") or each.get("intent"), each.get("text")) for each in read
    }
    assert labelled == {(each.label, each.text) for each in phrases}
