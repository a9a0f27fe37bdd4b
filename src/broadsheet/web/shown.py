"""A paper as pages show it: byline, addresses, facts, what may be shown of the abstract. No query here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from markupsafe import Markup

from broadsheet.catalogue import rights
from broadsheet.catalogue.models import Paper
from broadsheet.text import folding, identifiers, latex

from ..languages import and_others, day_short, foreign, joined

SCHEME_NAMES = {
    "arxiv": "arXiv", "doi": "DOI", "acl": "ACL Anthology", "openreview": "OpenReview", "pmid": "PubMed",
    "pmcid": "PubMed Central", "pmlr": "PMLR", "cvf": "CVF", "ijcai": "IJCAI", "ieee": "IEEE", "hal": "HAL",
    "dblp": "DBLP", "s2": "Semantic Scholar", "openalex": "OpenAlex", "url": _lazy("Address"),
}
SOURCE_NAMES = {
    "arxiv-oai": "arXiv", "arxiv-rss": _lazy("arXiv, announcement"), "hf-daily": "Hugging Face",
    "file": _lazy("File"),
    "sample": _lazy("Sample"), "hf_daily": "Hugging Face", "arxiv": "arXiv", "arxiv_daily": "arXiv",
    "submitted": _lazy("Raised by readers"), "crossref": "Crossref", "datacite": "DataCite",
    "page": _lazy("Its own page"),
    "submitted-bibtex": _lazy("Submitted BibTeX"), "placed": _lazy("Editors"),
}
LINK_NAMES = {"pdf": "PDF", "code": _lazy("Code"), "project": _lazy("Project page"), "data": _lazy("Data"),
              "video": _lazy("Video"), "discussion": _lazy("Discussion"), "abstract": _lazy("Abstract"),
              "other": _lazy("Link")}


def in_language(language: str, html: Markup) -> Markup:
    """Finished HTML marked as being in another language than the page; as it is where ``language`` is empty."""
    return Markup('<span lang="{}">{}</span>').format(language, html) if language else html


def byline(names: Sequence[str], most: int = 3) -> str:
    """Up to ``most`` names, then "and 4 others"; one name more is shown rather than "and 1 other"."""
    if not names:
        return _("Authors not sent by the source")
    if len(names) <= most + 1:
        return joined(names)
    return and_others(names[:most], len(names) - most)


def paper_path(names: Sequence[Sequence[str]], key: str) -> str:
    """What follows ``/papers/``: the canonical identifier's path, else the key."""
    for scheme, value in names[:1]:
        if scheme not in {"sample", "url", "asreview", "endnote", "medline", "paperlists"}:
            return identifiers.path(scheme, value)
    return key


def safe_url(url: str) -> str:
    """The address if it is one of the web, else empty: ``javascript:`` and the like are never linked."""
    return url if url.lower().startswith(("https://", "http://")) else ""


@dataclass(frozen=True)
class Shown:
    """One paper for a template. ``whole``: the visitor may read all of a members-only abstract."""

    paper: Paper
    whole: bool = False

    @property
    def key(self) -> str:
        return self.paper.key

    @property
    def url(self) -> str:
        """Address of the paper's page on this site."""
        return f"/papers/{paper_path(self.paper.identifiers, self.paper.key)}"

    @cached_property
    def title(self) -> str:
        """The title as plain text, without TeX, for labels and meta elements."""
        return latex.readable(self.paper.title)

    @property
    def lang(self) -> str:
        """The language of title and abstract where it is not the page's."""
        return foreign(self.paper.language)

    @cached_property
    def title_html(self) -> Markup:
        """The title, said to be in its own language where that is not the page's."""
        return in_language(self.lang, Markup(latex.to_html(self.paper.title)))  # noqa: S704 - escaped by text/latex.py

    @cached_property
    def names(self) -> list[str]:
        return [str(author.get("name", "")) for author in self.paper.authors]

    @property
    def byline(self) -> str:
        return byline(self.names)

    @property
    def byline_short(self) -> str:
        return byline(self.names, 1)

    @property
    def date(self) -> str:
        return day_short(self.paper.published)

    @property
    def may_show(self) -> bool:
        """Whether the whole abstract may stand on a page for this visitor."""
        return rights.may_show(self.paper.rights, self.whole)

    @cached_property
    def abstract(self) -> str:
        """What may be shown of the abstract: all of it, else its first sentence or sentences up to 300 letters."""
        return rights.shown(self.paper.abstract, self.paper.rights, self.whole)

    @cached_property
    def abstract_html(self) -> Markup:
        return Markup(latex.to_html(self.abstract))  # noqa: S704 - escaped by text/latex.py

    @property
    def excerpt_only(self) -> bool:
        return self.abstract != self.paper.abstract

    @property
    def home(self) -> str:
        """Where the paper lives at its source; empty when no address is known."""
        for scheme, value in self.paper.identifiers:
            if found := safe_url(identifiers.url(scheme, value)):
                return found
        return next((safe_url(link["url"]) for link in self.paper.links if safe_url(link["url"])), "")

    @cached_property
    def pdf(self) -> str:
        for link in self.paper.links:
            if link.get("kind") == "pdf" and safe_url(link["url"]):
                return str(link["url"])
        return next((f"https://arxiv.org/pdf/{value}" for scheme, value in self.paper.identifiers
                     if scheme == "arxiv"), "")

    def facts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Identifiers and links: (label, [(text, address)]); the PDF stands beside the first."""
        rows: list[tuple[str, list[tuple[str, str]]]] = []
        seen: set[str] = set()
        for scheme, value in self.paper.identifiers:
            address = safe_url(identifiers.url(scheme, value))
            if scheme in SCHEME_NAMES and address:
                seen.add(address.rstrip("/"))
                rows.append((str(SCHEME_NAMES[scheme]), [(value if scheme != "url" else _bare(value), address)]))
        if self.pdf:
            seen.add(self.pdf)
            if rows:
                rows[0][1].append(("PDF", self.pdf))
            else:
                rows.append(("PDF", [(_bare(self.pdf), self.pdf)]))
        by_kind: dict[str, list[tuple[str, str]]] = {}
        for link in self.paper.links:
            address = safe_url(str(link.get("url", "")))
            if address and address.rstrip("/") not in seen and link.get("kind") != "pdf":
                seen.add(address.rstrip("/"))
                named = str(LINK_NAMES.get(link.get("kind", ""), LINK_NAMES["other"]))
                by_kind.setdefault(named, []).append((_bare(address), address))
        return rows + list(by_kind.items())

    def versions(self) -> list[str]:
        """``v2, 9 May 2026`` newest first."""
        return [f"v{item['number']}, {day_short(str(item.get('submitted', ''))[:10])}".rstrip(", ")
                for item in sorted(self.paper.versions, key=lambda item: -int(item["number"]))]

    def authors(self) -> list[dict[str, Any]]:
        """Name, address of the name's page and affiliation, in printed order."""
        return [{"name": name, "url": _page("authors", name), "affiliation": author.get("affiliation", "")}
                for name, author in zip(self.names, self.paper.authors, strict=True)]

    def terms(self) -> list[tuple[str, str]]:
        """Categories and topics with the addresses of their pages."""
        terms = [(name, f"/topics/{quote(name)}") for name in self.paper.categories]
        return terms + [(name, _page("topics", name)) for name in self.paper.topics[:12]]

    @property
    def organisation_url(self) -> str:
        return _page("organisations", self.paper.organisation)

    def identifier(self, scheme: str) -> str:
        """The value of the first identifier of a scheme, else empty."""
        return next((value for name, value in self.paper.identifiers if name == scheme), "")

    def coins(self) -> str:
        """ContextObject in SPAN (OpenURL 1.0, Z39.88-2004): what Zotero saves from a list. Goes into ``title``."""
        pairs = [("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
                 ("rft.genre", "article" if self.paper.venue else "preprint"), ("rft.atitle", self.title),
                 ("rft.date", self.paper.published), ("rft.jtitle", self.paper.venue)]
        pairs += [("rft.au", name) for name in self.names[:20]]
        if doi := self.identifier("doi"):
            pairs.append(("rft_id", f"info:doi/{doi}"))
        if self.home:
            pairs.append(("rft_id", self.home))
        return urlencode([(name, value) for name, value in pairs if value])


def _page(kind: str, name: str) -> str:
    """Address of the page of a name, empty when nothing of the name can stand in an address."""
    slug = folding.slug(name)
    return f"/{kind}/{quote(slug)}" if slug else ""


def _bare(url: str) -> str:
    """An address for the eye: no scheme, no slash at the end, not too long."""
    text = url.partition("://")[2].removeprefix("www.").rstrip("/")
    return text if len(text) <= 60 else f"{text[:57]}…"
