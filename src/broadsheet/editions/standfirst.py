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
    points = cues.POINTS
    return [sum(points[cue] * weight for cue, weight in held.items()) for held in features(title, split)]


def features(title: str, split: list[str]) -> list[dict[str, float]]:
    """The cues of each sentence: 1 for one that holds, a share from 0 to 1 for ``shared`` and ``late``."""
    about = cues.About.of(title)
    out: list[dict[str, float]] = []
    stated = False
    for index, sentence in enumerate(split):
        held = dict.fromkeys(cues.found(sentence, about), 1.0)
        if not stated and not cues.STATING.isdisjoint(held):
            held["first"] = 1.0
            stated = True
        held["shared"] = about.shared(sentence.lower())
        if len(split) > 2:
            held["late"] = index / (len(split) - 1)
            if index == 0:
                held["opening"] = 1.0
            if index < 3 and "self" not in held and cues.STATING.isdisjoint(held):
                held["plain_early"] = 1.0
            if index == len(split) - 1:
                held["last"] = 1.0
        out.append(held)
    return out


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
