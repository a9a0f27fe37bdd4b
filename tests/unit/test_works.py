"""Records of single works: what Crossref, DataCite and a page's citation tags say, and what they may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broadsheet.sources import lookup, works
from broadsheet.sources.errors import ParseError


def _body(**values: object) -> bytes:
    return json.dumps(values).encode()


def test_a_record_of_crossref() -> None:
    record = works.parse_crossref(_body(message={
        "DOI": "10.1000/ABC", "title": ["On <i>nothing</i>"], "subtitle": ["a study"], "type": "posted-content",
        "author": [{"given": "Ada", "family": "Example", "ORCID": "http://orcid.org/0000-0002-1825-0097",
                    "affiliation": [{"name": "Nowhere"}]}, {"name": "The Collaboration"}, {"sequence": "first"}],
        "issued": {"date-parts": [[2026, 4]]}, "published-online": {"date-parts": [[2026, 4, 3]]},
        "container-title": ["Journal"], "abstract": "<jats:p>We measure &lt; 3.</jats:p>",
        "updated-by": [{"type": "retraction", "updated": {"date-parts": [[2026, 9, 1]]}}]}))
    assert record.identifiers == (("doi", "10.1000/abc"),)
    assert record.title == "On nothing : a study" and record.abstract == "We measure < 3."
    assert [one.name for one in record.authors] == ["Ada Example", "The Collaboration"]
    assert record.authors[0].orcid == "0000-0002-1825-0097" and record.authors[0].affiliation == "Nowhere"
    assert record.published is not None and record.published.text == "2026-04-03"
    assert record.status == "preprint" and record.retraction is not None and record.retraction.day == "2026-09-01"
    assert record.rights == "members", "no right to show the abstract comes with it"


def test_a_record_of_datacite() -> None:
    record = works.parse_datacite(_body(data={"attributes": {
        "doi": "10.5281/zenodo.1", "titles": [{"title": "Data"}], "publisher": {"name": "Zenodo"},
        "creators": [{"name": "Example, Ada", "affiliation": ["Nowhere"]}, {"name": 7}], "publicationYear": 2026,
        "descriptions": [{"descriptionType": "Other", "description": "x"},
                         {"descriptionType": "Abstract", "description": "We list."}]}}))
    assert record.identifiers == (("doi", "10.5281/zenodo.1"),) and record.abstract == "We list."
    assert [one.name for one in record.authors] == ["Ada Example"] and record.venue == "Zenodo"
    assert record.published is not None and record.published.text == "2026"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", _body(message={"DOI": "x", "title": ["t"]}),
                                  _body(message={"DOI": "10.1/x", "title": [7]}), b'{"a":' * 5000])
def test_what_is_no_record_is_refused_with_its_field(body: bytes) -> None:
    for parse in works.FORMS.values():
        with pytest.raises(ParseError):
            parse(body)


def test_a_page_is_believed_only_of_itself() -> None:
    html = ('<meta name="citation_title" content="A &lt;b&gt; title">'
            '<META NAME="citation_author" CONTENT="Example, Ada">'
            '<meta name="citation_doi" content="10.1000/famous"><meta name="citation_date" content="2026/05/12">'
            '<meta name="citation_pdf_url" content="javascript:alert(1)"><script>"<meta name=citation_title>"</script>')
    tags = lookup.tags_of(html)
    record = works.parse_page(_body(scheme="url", value="https://example.org/p", meta=tags))
    assert record.identifiers == (("url", "https://example.org/p"),), "not the DOI that it names"
    assert [one.name for one in record.authors] == ["Ada Example"]
    assert record.published is not None and record.published.text == "2026-05-12"
    assert [link.url for link in record.links] == ["https://example.org/p"]


def test_a_page_without_end_is_read_in_a_moment() -> None:
    assert lookup.tags_of("<meta " * 200_000) == []
    assert len(lookup.tags_of('<meta name="citation_author" content="x">' * 9000)) == 3000


@pytest.mark.realdata
def test_recorded_records(shared_data: Path) -> None:
    place = shared_data / "fixtures"
    found = works.parse_crossref((place / "crossref/commonmeta/crossref.json").read_bytes())
    assert found.identifiers == (("doi", "10.7554/elife.01567"),) and found.published is not None
    assert found.published.text == "2014-02-11" and found.venue == "eLife" and len(found.authors) == 5
    assert found.abstract.startswith("Among various advantages") and "jats" not in found.abstract
    for name in ("sample_crossref_record", "tasc.2017.2776938", "PhysRevB.33.3547.2"):
        assert works.parse_crossref((place / f"crossref/hepcrawl/{name}.json").read_bytes()).title
    other = works.parse_datacite((place / "datacite/commonmeta/datacite.json").read_bytes())
    assert other.title == "Eating your own Dog Food" and other.published is not None
    assert other.published.text == "2016-12-20" and other.authors[0].orcid == "0000-0003-1419-2405"
