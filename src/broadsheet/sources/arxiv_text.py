"""What arXiv's connectors share: cleaning, withdrawal, links in comments, licences."""

from __future__ import annotations

import re

from ..catalogue.records import Link, Retraction
from ..text import latex, markup

TITLE_LIMIT = 3_000
ABSTRACT_LIMIT = 60_000
# "Withdrawn" alone also stands in comments such as "withdrawn from conference X"; these forms name the paper itself.
_WITHDRAWN = re.compile(
    r"\b(?:this\s+|the\s+)?(?:\w+\s+)?(?:paper|article|manuscript|submission|work|preprint|version|note|draft|thesis)"
    r"\s+(?:has|have|had|was|is)\s+(?:now\s+)?(?:been\s+)?(?:temporarily\s+|hereby\s+)?withdrawn"
    r"|\bhas been (?:temporarily )?withdrawn\b"
    r"|\bwithdrawn (?:by|at the request of) (?:the\s+)?(?:author|arxiv|submitter)"
    r"|\A\W*(?:paper\s+)?withdrawn\b(?!\s+from)"
    r"|\bauthors?\s+(?:have|has)?\s*(?:decided\s+to\s+)?withdr[ae]wn?\s+(?:this|the)"
    r"|\bI (?:am withdrawing|have withdrawn) (?:this|the)\b", re.I,
)
_URL = re.compile(r"https?://[^\s<>\"'{}|\\^`$]+[^\s<>\"'{}|\\^`$.,;:!?)\]]", re.I)
_CODE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w.-]+", re.I)
_DATA = re.compile(r"https?://(?:www\.)?(?:zenodo\.org/(?:records?|doi)|huggingface\.co/datasets|osf\.io|figshare\.com)/",
                   re.I)
_PROJECT = re.compile(r"project(?:\s+\w+)?\s*(?:web\s?)?(?:page|site)\W{0,12}$|\bpage\W{0,5}(?:is)?\W{0,5}$", re.I)


def tidy(text: str) -> str:
    """Plain text on one line, LaTeX accents as Unicode, formulas untouched."""
    return latex.to_unicode(markup.clean(text))


def withdrawal(comment: str, *, flagged: bool = False, day: str = "") -> Retraction | None:
    """Whether the newest version says that the paper is withdrawn; the reason is the comment, in its own words.

    ``flagged``: the version's source type holds "I" (ignored by arXiv: withdrawn) or its size is zero.
    """
    if flagged or _WITHDRAWN.search(comment):
        return Retraction("withdrawn", comment, day)
    return None


def links_in(*texts: str) -> tuple[Link, ...]:
    """Code, data and project pages named in comments and abstracts."""
    found: dict[str, Link] = {}
    for text in texts:
        for match in _URL.finditer(text):
            url = match.group()[:500]
            before = text[max(0, match.start() - 40) : match.start()]
            if code := _CODE.match(url):
                found.setdefault(code.group().removesuffix(".git"), Link("code", code.group().removesuffix(".git")))
            elif _DATA.match(url):
                found.setdefault(url, Link("data", url))
            elif _PROJECT.search(before) or ".github.io" in url.lower():
                found.setdefault(url, Link("project", url))
    return tuple(found.values())[:12]
