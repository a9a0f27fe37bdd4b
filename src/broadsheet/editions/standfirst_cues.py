"""The cues of the standfirst and their points (see ``standfirst.py`` for the method)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.text import folding


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLAIM = _words(
    "show shows prove proves find finds found demonstrate demonstrates demonstrated establish establishes reveal "
    "reveals discover report reports conclude concludes achieve achieves obtain derive observe argue argues uncover "
    "confirm showed shown proved proven observed obtained revealed identified identify outperforms outperform "
    "characterize determine detect solve classify settle disprove improve improves"
)
OFFER = _words(
    "propose proposes proposed introduce introduces introduced present presents presented develop develops developed "
    "design devise describe describes build construct create release formulate offer provide provides suggest "
    "implement contribute unveil define extend generalize"
)
AIM = _words(
    "study studies investigate investigates examine examines explore explores analyze analyse analyzes address "
    "addresses consider considers ask aim aims tackle revisit focus focuses compare review reviews surveys assess "
    "investigated examined studied compared assessed explored evaluated reviewed analyzed"
)
DO = _words(
    "use used employ apply evaluate discuss conduct conducted collect collected illustrate hope believe plan outline "
    "recruited measured performed perform validate test run train estimate compute calculate adopt combine leverage "
    "note recall assume searched included selected"
)
RESULT_NOUNS = _words(
    "results result experiments experiment findings analysis evaluation evaluations simulations evidence data study "
    "experimental analyses observations"
)
PAPER_NOUNS = _words("paper work study article letter thesis survey review report manuscript research contribution")
ADVERBS = _words(
    "also then further first therefore thus here now additionally finally hereby instead thereby empirically "
    "theoretically formally newly explicitly rigorously experimentally numerically systematically analytically "
    "consistently clearly convincingly strongly even can could will have had to are were is was been be both "
    "moreover furthermore successfully mathematically thoroughly jointly recently briefly carefully"
)
BACKGROUND = _words(
    "recent recently widely traditional typically often usually existing remains remain challenging challenge "
    "challenges lack lacks limited unclear unknown despite prior previous conventional suffer suffers growing "
    "increasingly crucial essential important popular common commonly hitherto little ubiquitous fundamental rely "
    "promising rapid rapidly emerging open"
)
LEANING = _words(
    "this these those it its they their such however but moreover furthermore additionally also besides thus "
    "therefore hence consequently finally then here instead accordingly nevertheless nonetheless meanwhile "
    "similarly conversely second third secondly thirdly lastly next another both he she"
)
LEANING_PHRASES = (
    "in particular", "in addition", "to this end", "in contrast", "for example", "for instance", "as a result",
    "to address", "to tackle", "to overcome", "to solve this", "to bridge", "to fill", "to mitigate", "to remedy",
    "under these", "under this", "based on this", "based on these", "on the other", "in this case", "with this",
    "among them", "at the same", "to do so", "to achieve this", "to that end", "as such", "in doing so", "the latter",
    "the former", "the second", "the third", "motivated by", "inspired by", "building on", "for this", "by doing so",
)  # fmt: skip
# Cues that make a sentence state something; the first of them in an abstract gets a little more.
STATING = frozenset({"we_claim", "we_offer", "paper_offer", "paper_claim", "shown_that"})

POINTS: dict[str, float] = {
    "we_claim": 3.0,
    "we_offer": 3.0,
    "paper_claim": 3.0,
    "paper_offer": 3.0,
    "paper_aim": 1.6,
    "we_aim": 1.3,
    "we_do": 0.2,
    "shown_that": 2.2,
    "results_show": 1.6,
    "passive_offer": 1.6,
    "in_this_paper": 1.0,
    "conclusion": 2.6,
    "results": 0.8,
    "heading_other": -1.2,
    "name": 1.2,
    "first": 0.8,
    "number": 0.2,
    "leaning": -1.6,
    "leaning_offer": -0.4,
    "background": -0.9,
    "question": -1.5,
    "address": -2.5,
    "short": -1.5,
    "long": -0.6,
    "very_long": -1.5,
    "that": 0.3,
    "available": -2.0,
    "experiments": -0.6,
}
OPENING = -0.4
LATE = 0.2
SHARED = 1.6

_TOKEN = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|\d[\d.,]*%?|[?]")
_NAME = re.compile(r"^([^:]{2,40}?)(?:\s*\([^)]*\))?\s*:\s+\S")
_STOP = _words("the a an of for and in on to with by from via using is are at as its their towards toward how what")


@dataclass(frozen=True, slots=True)
class About:
    """What the title says: its content words, cut to their first six letters, and the name it may give."""

    words: frozenset[str]
    name: str

    @classmethod
    def of(cls, title: str) -> About:
        """Read a title once for all sentences of its abstract."""
        words = frozenset(word[:6] for word in folding.slug(title).split("-") if len(word) > 2 and word not in _STOP)
        match = _NAME.match(title)
        name = match[1].lower() if match and len(match[1].split()) <= 2 else ""
        return cls(words, name)

    def shared(self, sentence: str) -> float:
        """Points for words shared with the title, 0 to SHARED."""
        if not self.words:
            return 0.0
        low = sentence.lower()
        return SHARED * sum(word in low for word in self.words) / len(self.words)


def found(sentence: str, about: About) -> set[str]:
    """The cues that hold for one sentence."""
    low = sentence.lower()
    words = _TOKEN.findall(low[:1200])
    out: set[str] = set()
    if not words:
        return {"short"}
    heading = _heading(low)
    if heading:
        out.add(heading)
        words = words[1:] or words
    _of_authors(words, out)
    _of_opening(low, words, out)
    _of_form(low, words, out)
    if about.name and about.name in low:
        out.add("name")
    return out


def _heading(low: str) -> str:
    head = low[:24]
    if head.startswith(("conclusion", "interpretation", "significance")) and (":" in head or "." in head):
        return "conclusion"
    if head.startswith(("result", "finding", "key finding")) and (":" in head or "." in head):
        return "results"
    if head.startswith(
        (
            "background",
            "method",
            "context",
            "aim",
            "objective",
            "purpose",
            "material",
            "introduction",
            "design",
            "patients and",
            "setting",
        )
    ) and (":" in head[:14] or "." in head[:14]):
        return "heading_other"
    return ""


def _of_authors(words: list[str], out: set[str]) -> None:
    """Who does what: "we show", "this paper proposes", "results indicate", "is proposed"."""
    count = len(words)
    for index, word in enumerate(words):
        if word == "we" or (word == "authors" and index < 4):
            out |= _verb_after(words, index + 1, "we")
        elif word in PAPER_NOUNS and index and words[index - 1] in ("this", "our", "the", "present", "current"):
            if words[index - 1] != "the" or index < 3:
                cue = _verb_after(words, index + 1, "paper")
                out |= cue
                if (index >= 2 and words[index - 2] == "in") or (index >= 3 and words[index - 3] == "in"):
                    out.add("in_this_paper")
        elif word in RESULT_NOUNS and index < 8 and index + 1 < count:
            if "we" in _verb_after(words, index + 1, "x") or any(
                w in CLAIM or w in ("indicate", "suggest", "suggests", "indicates")
                for w in words[index + 1 : index + 4]
            ):
                out.add("results_show")
                if word.startswith("experiment"):
                    out.add("experiments")
        elif (
            word in ("shown", "proved", "proven", "demonstrated", "found", "established")
            and index
            and words[index - 1] in ("is", "are", "was", "been", "were")
        ):
            out.add("shown_that")
        elif (
            word in ("proposed", "presented", "introduced", "developed", "described")
            and index
            and words[index - 1] in ("is", "are", "was", "were")
        ):
            out.add("passive_offer")
    if words[0] == "here" and count > 1:
        out.add("in_this_paper")


def _verb_after(words: list[str], start: int, who: str) -> set[str]:
    """The cue of the first verb after "we" or "this paper", adverbs skipped."""
    for index in range(start, min(start + 4, len(words))):
        word = words[index]
        if word in CLAIM:
            return {f"{who}_claim"} | ({"that"} if index + 1 < len(words) and words[index + 1] == "that" else set())
        if word in OFFER:
            return {f"{who}_offer"}
        if word in AIM:
            return {f"{who}_aim"}
        if word in DO:
            return {f"{who}_do"} if who == "we" else set()
        if word not in ADVERBS and not word.endswith("ly"):
            return set()
    return set()


def _of_opening(low: str, words: list[str], out: set[str]) -> None:
    first = words[0]
    second = words[1] if len(words) > 1 else ""
    if first in LEANING and second not in PAPER_NOUNS and not (first == "here" and second in ("we", "i")):
        out.add("leaning")
    elif first in (
        "to",
        "in",
        "as",
        "under",
        "based",
        "on",
        "with",
        "among",
        "at",
        "for",
        "by",
        "the",
        "motivated",
        "inspired",
        "building",
    ) and low.startswith(LEANING_PHRASES):
        out.add("leaning_offer" if out & STATING else "leaning")


def _of_form(low: str, words: list[str], out: set[str]) -> None:
    count = len(words)
    if count < 8:
        out.add("short")
    elif count > 60:
        out.add("very_long")
    elif count > 45:
        out.add("long")
    if not out & STATING and sum(word in BACKGROUND for word in words) > 0:
        out.add("background")
    if low.rstrip().endswith("?"):
        out.add("question")
    if "http" in low or "github" in low or "www." in low:
        out.add("address")
    if "available" in words and ("code" in words or "publicly" in words or "source" in words):
        out.add("available")
    if any(word[0].isdigit() for word in words):
        out.add("number")
