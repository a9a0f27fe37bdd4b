"""The standfirst: the sentence of an abstract that states the paper's claim, chosen by a scored list of cues.

No language model, nothing learnt at run time. Every sentence gets points; the highest wins, the earlier one on a tie;
a sentence whose formulas cannot be drawn is passed over. The method, version 1:

1. The abstract is split by ``text.sentences``; words are compared in lower case.
2. *Who does what.* "we show, prove, find ..." (``we_claim``), "we propose, introduce ..." (``we_offer``), "we
   study" (``we_aim``), "we use, evaluate" (``we_do``), the same of "this paper", "our study" (``paper_...``); "it is
   shown", "and show that" (``told_that``); "experiments reveal" (``results_tell``); "outperforms, reduces" (``gains``).
   "We further", "also" say that the claim stood before (``we_follow``, ``also``).
3. *Where.* "In this paper", a heading ("Conclusions:"), "In conclusion" (``sums_up``), the first sentence that states
   anything (``first``). Abstracts without a "we show" or "this paper" conclude late (``late_impersonal``).
4. *What about.* The share of the title's words (``shared``); the name that a title gives ("NAME: what it is").
5. *What speaks against it.* Openings that lean on what stood before: "This", "It" (``pointing``), "However", "Second"
   (``connecting``), "To address this" (``to_this``); "these" inside; background and other people's work; questions,
   addresses, availability of code; "the effectiveness of our method" without saying which (``vague``).

The points stand in :data:`standfirst_cues.POINTS`. The cues were written by hand; their points were fitted once, as a
conditional logit over the sentences of the 200 abstracts judged for development, and rounded to one digit. How often
readers agree, there and on 100 abstracts judged apart: docs/evidence/first-edition-standfirst.md.
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
    """The cues of each sentence: 1 for one that holds, a share from 0 to 1 for ``shared`` and ``late_impersonal``."""
    about = cues.About.of(title)
    out: list[dict[str, float]] = []
    stated = False
    for index, sentence in enumerate(split):
        held = dict.fromkeys(cues.found(sentence, about), 1.0)
        if not cues.STATING.isdisjoint(held):
            if not stated:
                held["first"] = 1.0
            stated = True
        elif index < 3 and "self" not in held and len(split) > 2:
            held["plain_early"] = 1.0
        held["shared"] = about.shared(sentence.lower())
        out.append(held)
    if len(split) > 2:
        out[-1]["last"] = 1.0
        if not stated:  # no "we show", no "this paper proposes": such abstracts conclude at their end
            out[-1]["last_impersonal"] = 1.0
            for index, held in enumerate(out):
                held["late_impersonal"] = index / (len(out) - 1)
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
