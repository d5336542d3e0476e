"""Grounding check: does every answer say what its passages of the guide say, and nothing else?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.content.guide import Guide
from assistant.content.language import content_words, figures, spans_of_time, words
from assistant.content.responses import Wording
from assistant.content.vocabulary import Vocabulary

Responses = Mapping[str, Sequence[Wording]]

_STEP = re.compile(r"^\d+\. ", re.MULTILINE)  # the number of a step is no figure
_CLINICS = re.compile(r"\{\w+\}(?: days)?")  # the clinic's data are its own


def check_grounding(responses: Responses, guide: Guide, vocabulary: Vocabulary) -> list[str]:
    """Compares the responses with the guide.

    Args:
        responses: The wordings of each response by its name.
        guide: The guide.
        vocabulary: The reviewed word lists.

    Returns:
        What isn't grounded, each in a sentence that names response, word and passages; empty if
        everything is.
    """
    problems = []
    for wording in (each for wordings in responses.values() for each in wordings):
        unknown = [each for each in wording.passages or () if each not in guide]
        if wording.passages is None:
            problems.append(
                f"{wording.place}: says nothing of its passages; name them in `metadata: "
                "{passages: [...]}`, or write `[]` if it takes nothing from the guide"
            )
        elif unknown:
            problems.append(f"{wording.place}: the guide has no passage {', '.join(unknown)}")
        else:
            problems += _check_wording(wording, guide, vocabulary)
    cited = {
        passage
        for wordings in responses.values()
        for wording in wordings
        for passage in wording.passages or ()
    }
    problems += [
        f"guide.yml, passage {passage}: no response in domain.yml says it"
        for passage in guide
        if passage not in cited
    ]
    return problems


def _check_wording(wording: Wording, guide: Guide, vocabulary: Vocabulary) -> list[str]:
    passages = wording.passages or ()
    source = " ".join(guide[passage].text for passage in passages)
    text = vocabulary.without_idioms(_CLINICS.sub("", _STEP.sub("", wording.text)))
    where = f"in its passages ({', '.join(passages)})" if passages else "backed by any passage"
    problems = [
        f"{wording.place}: {each} isn't {where}"
        for each in dict.fromkeys(_ungrounded(text, source, bool(passages), vocabulary))
    ]
    if wording.title and not passages:
        problems.append(f"{wording.place}: answers a topic and cites no passage")
    return problems


def _ungrounded(text: str, source: str, cites: bool, vocabulary: Vocabulary) -> Iterator[str]:
    known = {vocabulary.name(word) for word in content_words(source)}
    for figure in sorted(figures(text) - figures(source)):
        yield f'the figure "{figure}"'
    for span in sorted(spans_of_time(text) - spans_of_time(source)):
        yield f'the duration "{span}"'
    for word in words(text):
        if vocabulary.is_promise(word) and not vocabulary.is_backed(word, known):
            yield f'the promise "{word.text}"'
    for word in content_words(text) if cites else ():
        if not (
            vocabulary.is_backed(word, known)
            or vocabulary.is_plain(word)
            or vocabulary.is_promise(word)
        ):
            yield f'the word "{word.text}"'
