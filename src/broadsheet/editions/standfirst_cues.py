"""The cues of the standfirst and their points (see ``standfirst.py`` for the method)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.text import folding


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLAIM = _words(
    "show shows prove proves find finds found demonstrate demonstrates demonstrated establish establishes "
    "reveal reveals discover report reports conclude achieve achieves obtain derive observe argue argues "
    "uncover confirm state give verify characterise quantify showed shown proved proven observed obtained "
    "revealed identified identify outperforms outperform characterize determine detect solve classify settle "
    "disprove improve improves"
)
OFFER = _words(
    "propose proposes proposed introduce introduces introduced present presents presented develop develops "
    "developed design devise describe describes build construct create release formulate offer provide "
    "provides suggest elaborate implement contribute unveil define extend generalize"
)
AIM = _words(
    "study studies investigate investigates examine examines explore explores analyze analyse analyzes "
    "address addresses consider considers ask aim aims tackle revisit focus focuses compare review reviews "
    "surveys assess investigated examined studied compared assessed explored evaluated reviewed analyzed"
)
TELLING = _words(
    "show shows showed demonstrate demonstrates reveal reveals indicate indicates suggest suggests prove "
    "proves find finds found confirm confirms highlight highlights establish establishes conclude underscore "
    "observe observed validate showcase showing demonstrating verify illustrate support supports"
)
GAINS = _words(
    "outperforms outperform outperformed outperforming achieves achieve achieved achieving improves improve "
    "improved improving surpasses surpass surpassing reduces reduce reduced reducing yields yield yielding "
    "enables enable increases increase increased exceeds superior state-of-the-art significantly consistently "
    "substantially matches effective effectiveness associated accelerates boosts gains higher lower better "
    "faster robust"
)
FOLLOWING = _words("further also then additionally next")
DO = _words(
    "use used employ apply evaluate discuss conduct conducted collect collected illustrate hope believe plan "
    "outline recruited measured performed perform validate test run train estimate compute calculate adopt "
    "combine leverage note recall assume searched included selected"
)
RESULT_NOUNS = _words(
    "results result experiments experiment findings data analysis evaluation evaluations simulations "
    "experimental analyses observations"
)
PAPER_NOUNS = _words(
    "paper work study article letter thesis survey guidelines chapter note review report manuscript research "
    "contribution"
)
ADVERBS = _words(
    "also then further first therefore thus here now additionally finally hereby instead thereby empirically "
    "theoretically formally newly explicitly rigorously experimentally numerically systematically "
    "analytically consistently clearly convincingly strongly even can could will have had to are were is was "
    "been be both moreover furthermore successfully mathematically thoroughly jointly recently briefly "
    "carefully"
)
BACKGROUND = _words(
    "recent recently widely traditional typically often usually existing remains remain challenging challenge "
    "challenges lack lacks limited unclear unknown despite prior previous conventional suffer suffers growing "
    "increasingly crucial essential important popular common commonly hitherto little ubiquitous fundamental "
    "rely promising rapid rapidly emerging open"
)
CONNECTING = _words(
    "however but moreover furthermore additionally also besides thus therefore hence consequently finally "
    "then instead accordingly nevertheless nonetheless meanwhile similarly conversely second third secondly "
    "thirdly lastly next another yet and or first firstly specifically concretely interestingly notably"
)
POINTING = _words("this these those it its it's they their such both he she that each other one")
LEANING_PHRASES = (
    "in particular", "in addition", "in contrast", "for example", "for instance", "as a result",
    "as a consequence", "as consequence", "under these", "under this", "on the other", "in this case",
    "among them", "at the same", "as such", "in doing so", "the latter", "the former", "the second", "the third",
    "the first", "in turn", "in fact", "by contrast", "on the contrary", "more precisely", "more specifically",
    "to the best", "in our", "in a second", "in a third", "second,", "third,", "outside these", "apart from",
    "for this", "for these", "with this", "with these", "in such", "in these", "by doing", "based on this",
    "based on these", "motivated by this", "from this",
)  # fmt: skip
_TO_THIS = re.compile(
    r"to (?:this|that) end|to do so|to \w+(?: \w+)? (?:this|these|such|it|them|that|the above|those)\b"
)
# Cues that make a sentence state something; the first of them in an abstract gets a little more.
STATING = frozenset({"we_claim", "we_offer", "paper_offer", "paper_claim", "told_that"})

POINTS: dict[str, float] = {
    "we_claim": 1.9,
    "we_offer": 1.2,
    "we_aim": -0.4,
    "we_do": -0.4,
    "we_follow": -1.4,
    "paper_claim": 0.5,
    "paper_offer": 1.4,
    "paper_aim": -0.1,
    "passive_offer": 0.4,
    "told_that": 1.1,
    "results_tell": 2.1,
    "main": 1.5,
    "last_impersonal": 1.2,
    "late_impersonal": 1.0,
    "design": -0.7,
    "hedged": 0.5,
    "attempt": -1.9,
    "self": 0.9,
    "plain_early": -1.0,
    "vague": -1.0,
    "paper_other": 1.9,
    "case": -0.6,
    "sums_up": 1.4,
    "effect": 0.5,
    "existing": -1.5,
    "also": -1.5,
    "gains": 0.6,
    "in_this_paper": 0.6,
    "conclusion": 0.9,
    "results": 0.3,
    "other_heading": -0.6,
    "name": 0.1,
    "name_first": 0.6,
    "own": 0.6,
    "first": 1.5,
    "number": 0.4,
    "pointing": -1.2,
    "connecting": -3.0,
    "to_this": -2.5,
    "points_inside": -1.5,
    "background": -0.2,
    "question": -1.0,
    "address": -1.2,
    "available": -0.2,
    "short": -1.1,
    "very_long": -0.4,
    "last": -0.4,
    "shared": 3.1,
}

_TOKEN = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|\d[\d.,]*%?")
_NAME = re.compile(r"^([^:]{2,40}?)(?:\s*\([^)]*\))?\s*:\s+\S")
_COINED = re.compile(r"\(([A-Z][\w-]*[A-Z][\w-]*)\)")
_SHORT = _words("the a an of for and in on to with by from via using is are at as its their towards toward how what")
_IS = _words("is are was were been be")
_GIVEN = _words("proposed presented introduced developed described")
_TOLD = _words("shown proved proven demonstrated found established concluded")
_WERE = _words("randomized randomised treated received recruited enrolled included underwent followed assigned present")
_HEDGES = _words("may seems appears suggest suggests suggesting should therefore likely associated")
_NUMBER = re.compile(r"\b\d")
_SELF = _words("we our us authors")
_BY = _words("this our the present current")


@dataclass(frozen=True, slots=True)
class About:
    """What the title says: its content words, cut to their first six letters, and the name it may give."""

    words: frozenset[str]
    name: str

    @classmethod
    def of(cls, title: str) -> About:
        """Read a title once for all sentences of its abstract."""
        words = frozenset(word[:6] for word in folding.slug(title).split("-") if len(word) > 2 and word not in _SHORT)
        match = _NAME.match(title)
        name = match[1].lower() if match and len(match[1].split()) <= 2 else ""
        return cls(words, name)

    def shared(self, low: str) -> float:
        """The share of the title's words, 0 to 1, that a sentence in lower case has."""
        return sum(word in low for word in self.words) / len(self.words) if self.words else 0.0


def found(sentence: str, about: About) -> set[str]:
    """The cues that hold for one sentence, by name."""
    low = sentence.lower().removeprefix("abstract ")
    words = _TOKEN.findall(low[:1200])
    if not words:
        return {"short"}
    out: set[str] = set()
    heading = _heading(low)
    if heading:
        out.add(heading)
        words = words[1:] or words
    _of_authors(words, out)
    _of_opening(low, words, out)
    _of_form(low, words, out)
    if about.name:
        where = low.find(about.name)
        if where >= 0:
            out.add("name_first" if where < 12 else "name")
    return out


_HEADINGS = (
    ("conclusion", ("conclusion", "interpretation", "significance")),
    ("results", ("result", "finding", "key finding")),
    ("other_heading", ("background", "method", "context", "aim", "objective", "purpose", "material", "introduction",
                       "design", "patients and", "setting", "participants")),
)  # fmt: skip


def _heading(low: str) -> str:
    head = low[:24]
    if ":" in head or "." in head:
        for name, openings in _HEADINGS:
            if head.startswith(openings):
                return name
    return ""


def _of_authors(words: list[str], out: set[str]) -> None:
    """Who does what: "we show", "this paper proposes", "results indicate", "is proposed"."""
    before = ""
    for index, word in enumerate(words):
        if word == "we" or (word == "authors" and index < 4):
            _verb_after(words, index + 1, "we", out)
        elif word == "that":
            if before in TELLING:
                out.add("told_that")
        elif word in GAINS:
            out.add("gains")
        elif word in PAPER_NOUNS and before in _BY and (before != "the" or index < 3):
            _verb_after(words, index + 1, "paper", out)
            if index >= 2 and "in" in words[max(0, index - 3) : index]:
                out.add("in_this_paper")
        elif word in RESULT_NOUNS and index < 8:
            if not TELLING.isdisjoint(words[index + 1 : index + 9]):
                out.add("results_tell")
        elif before in _IS:
            if word in _TOLD:
                out.add("told_that")
            elif word in _GIVEN:
                out.add("passive_offer")
        before = word


def _verb_after(words: list[str], start: int, who: str, out: set[str]) -> None:
    """Add the cue of the first verb after "we" or "this paper"; adverbs are skipped."""
    for word in words[start : start + 4]:
        if word in CLAIM:
            out.add(f"{who}_claim")
        elif word in OFFER:
            out.add(f"{who}_offer")
        elif word in AIM:
            out.add(f"{who}_aim")
        elif word in DO and who == "we":
            out.add("we_do")
        elif word in ADVERBS or word.endswith("ly"):
            if word in FOLLOWING:
                out.add("we_follow")
            continue
        elif who == "paper" and word.endswith("s"):
            out.add("paper_other")
        return


def _of_opening(low: str, words: list[str], out: set[str]) -> None:
    """Whether the sentence leans on what stood before it."""
    first = words[0]
    second = words[1] if len(words) > 1 else ""
    if first in POINTING:
        if second not in PAPER_NOUNS:
            out.add("pointing")
    elif first in CONNECTING or low.startswith(LEANING_PHRASES):
        out.add("connecting")
    elif first == "to" and _TO_THIS.match(low):
        out.add("to_this")
    elif first == "here" and second in ("we", "i"):
        out.add("in_this_paper")
    if first == "our" or (first == "the" and second == "proposed"):
        out.add("own")
    points_back = "these" in words[1:] or "such" in words[1:8] or "this" in words[1:6]
    if points_back and out.isdisjoint(("in_this_paper", "paper_claim", "paper_offer", "paper_aim")):
        out.add("points_inside")


def _of_form(low: str, words: list[str], out: set[str]) -> None:
    """Length, background words, questions, addresses, numbers."""
    count = len(words)
    if count < 9:
        out.add("short")
    elif count > 60:
        out.add("very_long")
    if out.isdisjoint(STATING) and not BACKGROUND.isdisjoint(words):
        out.add("background")
    if "main result" in low or "main finding" in low or "key finding" in low or "main theorem" in low:
        out.add("main")
    if "%" in low or "p <" in low or "p<" in low or "times " in low or "significant" in low:
        out.add("effect")
    if low.startswith(
        (
            "existing",
            "recent",
            "prior",
            "previous",
            "current",
            "although",
            "while",
            "despite",
            "many",
            "most",
            "in a recent",
            "there is",
            "there are",
            "it is",
        )
    ):
        out.add("existing")
    if "also" in words[:8] or "further" in words[:4] or words[:2] in (["we", "then"], ["we", "next"]):
        out.add("also")
    if low.startswith(
        ("in conclusion", "in summary", "overall", "taken together", "to conclude", "in sum", "together,")
    ):
        out.add("sums_up")
    if "effectiveness" in words or "efficacy of" in low or "usefulness" in words or "superiority" in words:
        out.add("vague")
    if "case" in words[:5] or "cases" in words[:5] or "part" in words[:5] or "section" in words[:5]:
        out.add("case")
    if not _SELF.isdisjoint(words) or "in_this_paper" in out:
        out.add("self")
    if "patients" in words[:10] and not _WERE.isdisjoint(words):
        out.add("design")
    if not _HEDGES.isdisjoint(words):
        out.add("hedged")
    if "attempt" in words or "directions" in words or "research" in words or "recommendations" in words:
        out.add("attempt")
    if low.endswith("?"):
        out.add("question")
    if "http" in low or "github" in low or "www." in low:
        out.add("address")
    if "available" in words and ("code" in words or "publicly" in words or "source" in words):
        out.add("available")
    if _NUMBER.search(low):
        out.add("number")
