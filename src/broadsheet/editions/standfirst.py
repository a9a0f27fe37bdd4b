"""The standfirst: the sentence of an abstract that states the paper's claim, chosen by a scored list of cues.

No language model. Every sentence gets points, the highest wins, the earlier one on a tie. The method, version 1:

1. The abstract is split by ``text.sentences``; words are compared in lower case.
2. *What the authors do.* "we show, prove, find, demonstrate ..." and "it is shown" (CLAIM); "we propose, introduce,
   present ..." and "this paper proposes" (OFFER); "results show", "experiments reveal" (RESULT); "we study,
   investigate, examine" (AIM); "we use, evaluate, discuss, collect" (DO, which is no claim).
3. *Where they say it.* "In this paper", "Here", a heading ("Conclusions:"), the first sentence with an offer or claim.
4. *What it is about.* Words shared with the title; the name that a title gives ("NAME: what it is").
5. *What speaks against it.* Openings that lean on what stood before ("This", "These", "However", "Such",
   "To address this"); background ("recent", "has been", "remains", "challenging"); questions, addresses, very short
   and very long sentences; formulas that cannot be drawn.

The points are in :data:`POINTS`; figures of how often readers agree stand in docs/evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.editions import standfirst_cues as cues
from broadsheet.text import latex, sentences

LONGEST_ABSTRACT = 6000  # characters looked at


@dataclass(frozen=True, slots=True)
class Standfirst:
    """``sentence_index`` counts from 0 in ``text.sentences.split(abstract)``; -1 and "" when there is no sentence.

    ``text`` is that sentence without the heading it may begin with; formulas are still TeX (``latex.to_html``).
    """

    sentence_index: int
    text: str


NONE = Standfirst(-1, "")


def choose(title: str, abstract: str) -> Standfirst:
    """The sentence of ``abstract`` that states the claim. Never raises; an empty abstract gives :data:`NONE`."""
    split = sentences.split(abstract[:LONGEST_ABSTRACT])
    if not split:
        return NONE
    points = scores(title, split)
    for index in sorted(range(len(split)), key=lambda i: -points[i]):
        if is_drawable(split[index]):
            return Standfirst(index, without_heading(split[index]))
    return NONE


def scores(title: str, split: list[str]) -> list[float]:
    """Points of each sentence, in order: the sum of :data:`standfirst_cues.POINTS` of the cues that hold."""
    about = cues.About.of(title)
    points: list[float] = []
    claimed = False
    for index, sentence in enumerate(split):
        found = cues.found(sentence, about)
        if not claimed and (found & cues.STATING):
            found |= {"first"}
            claimed = True
        points.append(sum(cues.POINTS[cue] for cue in found) + about.shared(sentence) + _place(index, len(split)))
    return points


def _place(index: int, count: int) -> float:
    """A little for standing late: background comes first."""
    if count < 3:
        return 0.0
    return cues.OPENING if index == 0 else cues.LATE * index / (count - 1)


def is_drawable(sentence: str) -> bool:
    """Whether every formula of the sentence can be shown."""
    if "$" not in sentence and "\\" not in sentence:
        return True
    return latex.is_drawable(sentence)


_HEADING = re.compile(
    r"^(?:background|context|aims?|methods?|results?|(?:key |main )?findings|conclusions?|objectives?|purpose|"
    r"significance|interpretation|discussion|summary|(?:[A-Za-z]+ and )(?:methods|aims?|conclusions?|results))"
    r"\s*[.:]\s*(?=\S)",
    re.I,
)


def without_heading(sentence: str) -> str:
    """The sentence without a structured abstract's heading ("Results: ...")."""
    return _HEADING.sub("", sentence, count=1)
