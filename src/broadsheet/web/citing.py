"""Cite a paper: BibTeX, with the identifier but without a version, as arXiv's own help says."""

from __future__ import annotations

import re

from broadsheet.catalogue.models import Paper
from broadsheet.text import folding, latex

_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
            "^": r"\textasciicircum{}", "\\": r"\textbackslash{}", "$": r"\$"}
_MATH = re.compile(r"\$[^$]{1,400}\$")
_STOP = frozenset({"a", "an", "the", "on", "of", "in", "for", "and", "to", "is", "are", "with", "from"})


def escape(text: str) -> str:
    """Plain text for a BibTeX field; formulas between dollars stay as they are when their braces are balanced."""
    out, last = [], 0
    for match in _MATH.finditer(text):
        out += [_plain(text[last:match.start()]), match[0] if _balanced(match[0]) else _plain(match[0])]
        last = match.end()
    return "".join([*out, _plain(text[last:])])


def _plain(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in latex.readable(text) if letter >= " ")


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return False
    return depth == 0


def _author(name: str) -> str:
    """A name for the author field; what BibTeX would read wrongly is kept together in braces."""
    escaped = escape(name)
    return f"{{{escaped}}}" if re.search(r",|\band\b", name) else escaped


def citation_key(paper: Paper) -> str:
    """``liao2026memq``: family name, year, first telling word of the title; plain ASCII letters and digits."""
    family = str(paper.authors[0].get("name", "")).split()[-1:] if paper.authors else []
    words = [word for word in folding.slug(latex.to_words(paper.title)).split("-") if word and word not in _STOP]
    text = f"{folding.slug(''.join(family))}{paper.published[:4]}{words[0] if words else ''}"
    return re.sub(r"[^a-z0-9]", "", text) or paper.key.lower()


def bibtex(paper: Paper) -> str:
    """One BibTeX entry, ending with a line end."""
    names = dict(reversed(paper.identifiers))
    kind, venue = "misc", ("note", paper.venue)
    if "acl" in names or "pmlr" in names or "cvf" in names:
        kind, venue = "inproceedings", ("booktitle", paper.venue)
    elif paper.venue and "doi" in names:
        kind, venue = "article", ("journal", paper.venue)
    fields = [
        ("title", escape(paper.title)),
        ("author", " and ".join(_author(str(author.get("name", ""))) for author in paper.authors)),
        ("year", paper.published[:4]),
        (venue[0], escape(venue[1])),
        ("doi", names.get("doi", "").replace("{", "").replace("}", "")),
    ]
    if "arxiv" in names:
        # https://info.arxiv.org/help/hypertex/bibstyles: eprint, archivePrefix, primaryClass.
        fields += [("eprint", names["arxiv"]), ("archivePrefix", "arXiv"),
                   ("primaryClass", paper.primary_category if "/" not in names["arxiv"] else "")]
    elif "url" in names and "doi" not in names:
        fields.append(("url", re.sub(r"[{}\\\s]", "", names["url"])))
    given = [(name, value) for name, value in fields if value]
    width = max(len(name) for name, _ in given) if given else 0
    body = ",\n".join(f"  {name:<{width}} = {{{value}}}" for name, value in given)
    return f"@{kind}{{{citation_key(paper)},\n{body}\n}}\n"
