"""One work as a registry of DOIs, or its own web page, describes it: Crossref, DataCite, citation tags. Pure parsers.

Crossref: https://github.com/CrossRef/rest-api-doc; DataCite: https://support.datacite.org/docs/api; pages carry the
tags that Google Scholar reads (https://scholar.google.com/intl/en/scholar/inclusion.html), or Dublin Core's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from ..catalogue.records import Author, Link, ParsedRecord, PartialDate, Retraction
from ..text import identifiers, language, names
from ..text.dates import partial
from .arxiv_text import ABSTRACT_LIMIT, TITLE_LIMIT, tidy
from .errors import ParseError

CROSSREF_FORM, DATACITE_FORM, PAGE_FORM = "crossref/1", "datacite/1", "page/1"
MOST_AUTHORS = 5000
_PREPRINTS = {"posted-content": "preprint"}


def parse_crossref(body: bytes) -> ParsedRecord:
    """``message`` of ``/works/DOI``, or the whole answer. Raises :class:`ParseError`."""
    work = _object(body)
    work = _dict(work.get("message")) or work
    title = tidy(" : ".join(filter(None, (_first(work.get("title")), _first(work.get("subtitle"))))))
    abstract = tidy(_text(work.get("abstract")))
    publisher = tidy(_text(work.get("publisher")))
    gone = next((one for one in _dicts(work.get("updated-by"))
                 if _text(one.get("type")) in ("retraction", "withdrawal", "removal")), None)
    dates = (work.get("published-online"), work.get("published"), work.get("issued"), work.get("published-print"))
    return _record(
        "DOI", work.get("DOI"), title, abstract,
        authors=tuple(_crossref_author(one) for one in _dicts(work.get("author"))),
        published=_best(_parts(_dict(one)) for one in dates),
        venue=tidy(_first(work.get("container-title"))) or publisher,
        status=_PREPRINTS.get(_text(work.get("type")), ""),
        licence=_text(next(iter(_dicts(work.get("license"))), {}).get("URL"))[:300],
        links=_links(_text(_dict(_dict(work.get("resource")).get("primary")).get("URL"))),
        retraction=Retraction("withdrawn" if gone.get("type") == "withdrawal" else "retracted", "",
                              _day_of(_dict(gone.get("updated")))) if gone else None,
    )


def parse_datacite(body: bytes) -> ParsedRecord:
    """``data.attributes`` of ``/dois/DOI``, or the whole answer. Raises :class:`ParseError`."""
    work = _object(body)
    work = _dict(_dict(work.get("data")).get("attributes")) or work
    title = tidy(_text(next(iter(_dicts(work.get("titles"))), {}).get("title")))
    told = _dicts(work.get("descriptions"))
    abstract = next((one for one in told if one.get("descriptionType") == "Abstract"), {})
    publisher = work.get("publisher")
    container = _text(_dict(work.get("container")).get("title"))
    dates = {_text(one.get("dateType")): _text(one.get("date")) for one in _dicts(work.get("dates"))}
    year = work.get("publicationYear")
    return _record(
        "doi", work.get("doi"), title, tidy(_text(abstract.get("description"))),
        authors=tuple(_datacite_author(one) for one in _dicts(work.get("creators"))),
        published=_best(_partial(text) for text in (dates.get("Issued", ""), dates.get("Available", ""),
                                                    str(year) if isinstance(year, int) else _text(year))),
        venue=tidy(container or _text(_dict(publisher).get("name")) or _text(publisher)),
        status="preprint" if _text(_dict(work.get("types")).get("resourceTypeGeneral")) == "Preprint" else "",
        licence=_text(next(iter(_dicts(work.get("rightsList"))), {}).get("rightsUri"))[:300],
        links=_links(_text(work.get("url"))), topics=tuple(dict.fromkeys(
            word for one in _dicts(work.get("subjects"))[:40] if (word := tidy(_text(one.get("subject")))[:200]))),
    )


def parse_page(body: bytes) -> ParsedRecord:
    """``{"scheme", "value", "meta": [[name, content], ...]}``: the citation tags of a web page.

    The paper is known by the address that was submitted and by nothing else that the page says of itself: a page may
    say anything. Raises :class:`ParseError`.
    """
    said = _object(body)
    meta = [(str(pair[0]).lower(), str(pair[1])) for pair in said.get("meta", ())
            if isinstance(pair, list) and len(pair) == 2]

    def first(*wanted: str) -> str:
        return next((value for name in wanted for key, value in meta if key == name and value.strip()), "")

    people = [value for key, value in meta if key == "citation_author"] or [
        value for key, value in meta if key in ("dc.creator", "dcterms.creator")]
    authors = tuple(Author(name[:400]) for one in people if (name := names.display(tidy(one))))
    days = ("citation_online_date", "citation_publication_date", "citation_date", "dc.date", "dcterms.issued",
            "citation_year")
    pdf, address = first("citation_pdf_url"), identifiers.url(str(said.get("scheme")), str(said.get("value")))
    return _record(
        str(said.get("scheme")), said.get("value"), tidy(first("citation_title", "dc.title", "dcterms.title")),
        tidy(first("citation_abstract", "dcterms.abstract", "dc.description")), authors=authors,
        published=_best(_partial(first(one).replace("/", "-")) for one in days),
        venue=tidy(first("citation_journal_title", "citation_conference_title", "citation_inbook_title")),
        links=(*_links(address), *_links(pdf, "pdf")),
    )


def _record(scheme: str, value: Any, title: str, abstract: str, **rest: Any) -> ParsedRecord:
    try:
        own = identifiers.normalise(scheme.lower(), _text(value))
    except ValueError as problem:
        raise ParseError(scheme, str(problem)) from None
    if not title:
        raise ParseError("title", "is missing or empty")
    if len(title) > TITLE_LIMIT or len(abstract) > ABSTRACT_LIMIT:
        raise ParseError("title" if len(title) > TITLE_LIMIT else "abstract", "is longer than any paper's")
    authors = tuple(one for one in rest.pop("authors") if one.name)[:MOST_AUTHORS]
    venue = rest.pop("venue")[:400]
    return ParsedRecord(identifiers=(own,), title=title, abstract=abstract, authors=authors, venue=venue,
                        language=language.detect(f"{title} {abstract[:400]}"), rights="members", **rest)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise ParseError("document", f"is not JSON ({problem})"[:200]) from None
    if not isinstance(found, dict):
        raise ParseError("document", "is no object")
    return found


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first(value: Any) -> str:
    return next((one for one in value if isinstance(one, str)), "") if isinstance(value, list) else _text(value)


def _crossref_author(one: dict[str, Any]) -> Author:
    name = " ".join(filter(None, (tidy(_text(one.get(part))) for part in ("given", "family", "suffix"))))
    places = "; ".join(filter(None, (tidy(_text(place.get("name"))) for place in _dicts(one.get("affiliation")))))
    return Author((name or tidy(_text(one.get("name"))))[:400], places[:1_000], _orcid(_text(one.get("ORCID"))))


def _datacite_author(one: dict[str, Any]) -> Author:
    name = " ".join(filter(None, (tidy(_text(one.get(part))) for part in ("givenName", "familyName"))))
    told = one.get("affiliation")
    places = [_text(place) or _text(_dict(place).get("name")) for place in told] if isinstance(told, list) else []
    orcid = next((_text(item.get("nameIdentifier")) for item in _dicts(one.get("nameIdentifiers"))
                  if item.get("nameIdentifierScheme") == "ORCID"), _text(one.get("id")))
    return Author((name or names.display(tidy(_text(one.get("name")))))[:400],
                  "; ".join(filter(None, map(tidy, places)))[:1_000], _orcid(orcid))


def _orcid(text: str) -> str:
    value = text.rstrip("/").rpartition("/")[2]
    return value if len(value) == 19 and value.count("-") == 3 else ""


def _parts(date: dict[str, Any]) -> PartialDate | None:
    """``{"date-parts": [[2018, 4]]}``."""
    parts = date.get("date-parts")
    numbers = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    if not numbers or not all(isinstance(one, int) for one in numbers):
        return None
    return _partial("-".join(f"{one:0{4 if place == 0 else 2}d}" for place, one in enumerate(numbers[:3])))


def _day_of(date: dict[str, Any]) -> str:
    found = _parts(date)
    return found.text if found is not None else ""


def _partial(text: str) -> PartialDate | None:
    try:
        return partial(text.strip()[:10]) if text.strip() else None
    except ValueError:
        return None


def _best(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The first of the most precise dates."""
    found = [one for one in dates if one is not None]
    return max(found, key=lambda one: len(one.text)) if found else None


def _links(url: str, kind: str = "abstract") -> tuple[Link, ...]:
    plain = url.startswith(("http://", "https://")) and len(url) <= 500 and not any(one.isspace() for one in url)
    return (Link(kind, url),) if plain else ()


FORMS: dict[str, Callable[[bytes], ParsedRecord]] = {
    CROSSREF_FORM: parse_crossref, DATACITE_FORM: parse_datacite, PAGE_FORM: parse_page,
}
