"""Readers of imported bytes: whatever comes, a record or a BadRecord; and lines do not depend on how bytes arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.counts import examples

from broadsheet.catalogue.importing import bibtex, files, jsonl
from broadsheet.catalogue.projection import Held, project
from broadsheet.catalogue.writer import paper_values

FIELDS = [
    "id", "title", "abstract", "authors", "published", "updated", "doi", "identifiers", "categories", "keywords",
    "organization", "organisation", "venue", "status", "comment", "licence", "license", "language", "url", "pdf",
    "github", "project_page", "data", "video", "links", "versions", "announced", "upvotes", "comments", "ai_summary",
    "ai_keywords", "ai_model", "summary_by", "submitted_by", "retraction", "deleted",
]  # fmt: skip
PARTS = ("name", "affiliation", "orcid", "kind", "url", "number", "submitted", "size", "day", "list", "category",
         "votes", "reason", "fullname", "inferred")  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "", " ", "arxiv:2405.12345v2", "doi:10.1000/x", "2024-05-27", "2025-13-40", "2024", "0000", "\0", "\u202e",
        "{\\'e}$x$", "\\", "$", "{", "}", "\\frac{", "<script>", "&#0;", "&#xD800;", "javascript:alert(1)", "https://x",
        "new", "withdrawn", "9" * 5000, "x" * 401, "\ufeff", "٣", "²", "2405.¹²³⁴⁵", "arxiv:", ":", "Last, First",
    ]),
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(PARTS), inner, max_size=4)),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)


def check(parse: Any, body: bytes) -> None:
    """A record that can be projected and written, or BadRecord with field and reason."""
    try:
        record = parse(body)
    except jsonl.BadRecord as problem:
        assert problem.field and problem.reason
        return
    assert record.identifiers and (record.title or record.deleted)
    projected = project([Held("file", "f/x", record)])
    for value in paper_values(projected):
        assert "\0" not in str(value) and "\\u0000" not in str(value)
    shown = [projected.title, projected.abstract, projected.organisation, *(a.name for a in projected.authors)]
    assert not any("<script" in text.lower() for text in shown)
    assert all(link.url.startswith(("http://", "https://")) for link in projected.links)
    assert max(len(projected.published), len(projected.updated)) <= 10
    assert all(len(category) <= 80 for category in projected.categories) and len(projected.language) <= 8


@pytest.mark.parametrize("complete", [False, True])
def test_a_record_or_bad_record(complete: bool) -> None:
    @given(RECORDS)
    @settings(max_examples=examples(250), deadline=None)
    def run(fields: dict[str, Any]) -> None:
        whole = {"id": "arxiv:2405.12345", "title": "A title"} if complete else {}
        check(jsonl.parse_line, orjson.dumps({**fields, **whole}))

    run()


@given(st.one_of(st.binary(max_size=200), TEXTS.map(lambda text: text.encode("utf-8", "replace"))))
@settings(max_examples=examples(150), deadline=None)
@example(b"1e999")
@example(b'{"id": "arxiv:2405.12345", "title": "t", "versions": [{"number": 1e999, "submitted": ""}]}')
@example(b"[" * 100_000)
@example(b'{"a":' * 5_000)
def test_any_bytes(body: bytes) -> None:
    check(jsonl.parse_line, body)
    check(bibtex.parse_entry, body)


BIB_FIELDS = st.dictionaries(
    st.sampled_from([
        "title", "author", "year", "date", "month", "doi", "eprint", "archiveprefix", "primaryclass", "pmid", "url",
        "note", "journal", "keywords", "abstract", "institution",
    ]),
    TEXTS, max_size=7,
)  # fmt: skip


@given(st.one_of(BIB_FIELDS, VALUES), TEXTS)
@settings(max_examples=examples(250), deadline=None)
def test_a_bibtex_entry_or_bad_record(fields: Any, key: str) -> None:
    check(bibtex.parse_entry, orjson.dumps({"type": "misc", "key": key, "fields": fields, "raw": ""}))


@given(st.text(alphabet="@{}=,\"#\\\n abcyear0123article%()é", max_size=120))
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bibtex_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@misc{good, title={Good}}\n" + text, "utf-8")
    for line in bibtex.entries(path):
        if not line.fault:
            check(bibtex.parse_entry, line.data)


CONTENT = st.lists(
    st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b" ", b"\xef\xbb\xbf", b"\xef", b"\0", b"x" * 50, b"y" * 2_100]),
    max_size=25,
).map(b"".join)


@given(CONTENT, st.lists(st.integers(0, 60), max_size=40), st.sampled_from([5, 2_050]))
@settings(max_examples=examples(300), deadline=None)
@example(b"\xef\xbb\xbf\xef\xbb\xbfa\n", [3], 5)
@example(b"\xef\xbb\xbfa\n", [1, 1], 5)
def test_lines_do_not_depend_on_the_cuts(content: bytes, cuts: list[int], limit: int) -> None:
    pieces, rest = [], content
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    pieces.append(rest)

    def read(parts: list[bytes]) -> list[files.Line]:
        with mock.patch.object(files, "chunks", lambda _: iter(parts)):
            return [
                files.Line(line.number, b"" if line.fault else line.data, line.fault)
                for line in files.lines(Path("x"), limit)
            ]

    whole = read([content])
    assert read(pieces) == whole
    expected = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    taken = [(n, raw.rstrip(b"\r")) for n, raw in enumerate(expected, 1) if raw.strip() and len(raw) <= limit]
    assert [(line.number, line.data) for line in whole if not line.fault] == taken
