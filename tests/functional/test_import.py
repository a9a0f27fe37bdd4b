"""Import of files: every field, every kind of bad input, and nothing twice."""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from tests.support.incoming import NOW, jsonl, record, tables, take

from broadsheet.catalogue import changes, papers
from broadsheet.catalogue.importing.run import Report
from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
from broadsheet.errors import UsageError

pytestmark = pytest.mark.django_db(transaction=True)
FULL = {
    "id": "arxiv:2405.12345v2", "title": r"Erd\H{o}s graphs and $x^2$", "abstract": r"We use G\"odel's method.",
    "authors": ["Lovelace, Ada", {"name": "Paul Erdős", "affiliation": "MTA", "orcid": "0000-0001-2345-6789"}],
    "published": "2024-05-27", "updated": "2024-06", "doi": "10.1000/XYZ", "identifiers": ["acl:2021.acl-long.1"],
    "categories": ["math.CO", "cs.DM", "math.CO"], "keywords": ["graphs"], "organization": {"fullname": "Example Lab"},
    "venue": "Journal of Graphs", "status": "accepted", "comment": "12 pages", "licence": "CC-BY-4.0", "language": "en",
    "url": "https://example.org/a", "pdf": "https://example.org/a.pdf", "github": "https://github.com/a/b",
    "project_page": "https://a.example.org", "data": "https://data.example.org/a", "video": "javascript:alert(1)",
    "links": [{"kind": "video", "url": "https://video.example.org/a"}, {"kind": "other", "url": "ftp://x"}],
    "versions": [{"number": 1, "submitted": "2024-05-20T10:00:00Z", "size": "12kb"}],
    "announced": [
        {"day": "2024-05-28", "list": "arxiv_daily", "category": "math.CO", "kind": "cross-list"},
        {"day": "2024-05-29", "list": "hf_daily"},
    ],
    "upvotes": 7, "comments": 2, "ai_summary": "A machine said.", "ai_keywords": ["graph"], "ai_model": "model-1",
    "summary_by": "the keeper", "submitted_by": "somebody",
    "retraction": {"kind": "withdrawn", "reason": "An error.", "day": "2024-07-01"}, "unknown_field": {"kept": True},
}  # fmt: skip


def write(path: Path, *records: dict[str, Any] | bytes) -> Path:
    path.write_bytes(jsonl(*records))
    return path


def counts(report: Report) -> tuple[int, int, int, int, int, int]:
    c = report.counts
    return c.read, c.added, c.updated, c.unchanged, c.merged, c.rejected


def reason(tmp_path: Path, bad: dict[str, Any] | bytes) -> tuple[str, str]:
    """(field, reason) of the one record that is not taken; the good ones around it are."""
    report = take(write(tmp_path / "a.jsonl", record(1), bad, record(2)))
    assert counts(report) == (3, 2, 0, 0, 0, 1)
    assert (report.rejects[0].line, Paper.objects.count()) == (2, 2)
    assert report.rejects_file is not None
    kept = orjson.loads(report.rejects_file.read_bytes())
    assert (kept["line"], kept["field"], kept["reason"]) == (2, report.rejects[0].field, report.rejects[0].reason)
    return report.rejects[0].field, report.rejects[0].reason


def test_every_field(tmp_path: Path) -> None:
    assert counts(take(write(tmp_path / "a.jsonl", FULL))) == (1, 1, 0, 0, 0, 0)
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("Erdős graphs and $x^2$", "We use Gödel's method.")
    assert paper.identifiers == [["arxiv", "2405.12345"], ["acl", "2021.acl-long.1"], ["doi", "10.1000/xyz"]]
    assert [author["name"] for author in paper.authors] == ["Ada Lovelace", "Paul Erdős"]
    assert (paper.authors[1]["affiliation"], paper.authors[1]["orcid"]) == ("MTA", "0000-0001-2345-6789")
    assert (paper.published, paper.updated, paper.edition_day) == ("2024-05-27", "2024-06", date(2024, 5, 28))
    assert (paper.categories, paper.primary_category, paper.topics) == (["math.CO", "cs.DM"], "math.CO", ["graphs"])
    told = (paper.organisation, paper.venue, paper.status, paper.comment, paper.licence, paper.language)
    assert told == ("Example Lab", "Journal of Graphs", "accepted", "12 pages", "CC-BY-4.0", "en")
    assert {link["kind"]: link["url"] for link in paper.links} == {
        "abstract": "https://example.org/a", "pdf": "https://example.org/a.pdf", "code": "https://github.com/a/b",
        "project": "https://a.example.org", "data": "https://data.example.org/a",
        "video": "https://video.example.org/a",
    }  # fmt: skip
    assert paper.versions == [{"number": 1, "submitted": "2024-05-20T10:00:00Z", "size": "12kb"}]
    assert (paper.imported_votes, paper.imported_comments, paper.vote_site) == (7, 2, "Hugging Face")
    assert (paper.ai_summary, paper.ai_keywords, paper.ai_model) == ("A machine said.", ["graph"], "model-1")
    assert (paper.summary_by, paper.rights) == ("the keeper", "members")
    assert paper.retraction == {"kind": "withdrawn", "reason": "An error.", "day": "2024-07-01"}
    assert set(Announcement.objects.values_list("list", "day", "category", "kind", "votes")) == {
        ("arxiv_daily", date(2024, 5, 28), "math.CO", "cross-list", None),
        ("hf_daily", date(2024, 5, 29), "", "new", 7),
    }
    stored = zstandard.ZstdDecompressor().decompress(bytes(SourceRecord.objects.get().body))
    assert orjson.loads(stored) == FULL


def test_a_deleted_record_leaves_no_live_paper(tmp_path: Path) -> None:
    take(write(tmp_path / "a.jsonl", record(1)))
    take(write(tmp_path / "a.jsonl", {"id": "arxiv:2405.00001", "deleted": True}))
    assert list(Paper.objects.values_list("state", flat=True)) == ["deleted"]


def test_repeating_changes_nothing_and_a_newer_copy_replaces(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *(record(n) for n in range(150)))
    take(path)
    before, log = tables(), changes.total()
    again = take(path, now=NOW + timedelta(days=1))
    assert counts(again) == (150, 0, 0, 150, 0, 0)
    assert (tables(), changes.total()) == (before, log)
    newer = tmp_path / "a.2.jsonl.gz"
    newer.write_bytes(gzip.compress(jsonl(*(record(n, title="Newer") for n in range(150)))))
    assert counts(take(newer)) == (150, 0, 150, 0, 0, 0)
    assert SourceRecord.objects.count() == 150


def test_two_files_with_one_identifier_make_one_paper_of_two_records(tmp_path: Path) -> None:
    one = write(tmp_path / "a.jsonl", record(1))
    two = write(tmp_path / "b.jsonl", record(1, id="arxiv:2405.00001v3", venue="There"))
    assert counts(take(one, two)) == (2, 1, 0, 0, 1, 0)
    assert (Paper.objects.get().venue, SourceRecord.objects.count()) == ("There", 2)


def test_conflicting_identifiers_are_kept_apart_and_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", record(1, doi="10.1000/x"), record(2, doi="10.1000/x"))
    report = take(path)
    assert (Paper.objects.count(), len(report.counts.conflicts)) == (2, 1)
    before = tables()
    assert counts(take(path)) == (2, 0, 0, 2, 0, 0)
    assert tables() == before


def test_the_same_id_twice_in_one_file_ends_the_same_each_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", record(1), *(record(n) for n in range(2, 99)), record(1, venue="Later"))
    assert counts(take(path)) == (99, 98, 0, 0, 1, 0)
    before, log = tables(), changes.total()
    assert counts(take(path, now=NOW + timedelta(days=1))) == (99, 0, 0, 99, 0, 0)
    assert (tables(), changes.total()) == (before, log)
    paper = papers.by_identifier("arxiv", "2405.00001")
    assert paper is not None and (paper.venue, paper.records.count()) == ("Later", 2)


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + jsonl(record(1)).replace(b"\n", b"\r\n"))
    assert counts(take(path)) == (1, 1, 0, 0, 0, 0)


def test_a_line_in_latin_1(tmp_path: Path) -> None:
    field, why = reason(tmp_path, '{"id": "arxiv:2405.00009", "title": "Café"}'.encode("latin-1"))
    assert field == "line" and "UTF-8" in why


def test_nul_bytes_raw_and_escaped(tmp_path: Path) -> None:
    assert reason(tmp_path, b'{"id": "arxiv:2405.00009", "title": "a\x00b"}')[0] == "line"
    escaped = orjson.dumps(record(9, title="a\0b", authors=["A\0B"], venue="V\0", comment="c\0", status="\0s"))
    take(write(tmp_path / "b.jsonl", escaped))
    paper = Paper.objects.get(venue="V")
    assert (paper.title, paper.authors, paper.status) == ("ab", [{"name": "AB"}], "s")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"published": "2025-13-40"}, "published", "2025-13-40"),
        ({"title": "x" * 10_000}, "title", "10,000 characters"),
        ({"title": " "}, "title", "missing or empty"),
        ({"id": None}, "id", "is missing"),
        ({"id": "nonsense"}, "id", "nonsense"),
        ({"identifiers": 7}, "identifiers", "list"),
        ({"identifiers": ["arxiv:?"]}, "identifiers[0]", "arxiv"),
        ({"authors": "Ada"}, "authors", "list"),
        ({"authors": [7]}, "authors[0]", "text"),
        ({"announced": [{"day": "2025-02-30", "list": "x"}]}, "announced[0]", "day"),
        ({"announced": [{"day": "0001-01-01", "list": "x"}]}, "announced[0]", "year is out of range"),
        ({"announced": [{"day": "2025-02-03", "list": "x", "votes": 10**12}]}, "announced[0]", "votes"),
        ({"versions": [{"number": 10**18, "submitted": ""}]}, "versions[0]", "number"),
        ({"upvotes": 1.5}, "upvotes", "whole number"),
        ({"retraction": {"kind": "gone"}}, "retraction", "withdrawn"),
        ({"organization": "x" * 401}, "organization", "400"),
    ],
)
def test_a_bad_field_is_named_and_the_rest_goes_on(
    tmp_path: Path, change: dict[str, Any], field: str, words: str
) -> None:
    found, why = reason(tmp_path, record(9, **change))
    assert found == field and words in why


@pytest.mark.parametrize("raw", [b"[]", b"7", b"{", b"null", b'{"id": "arxiv:2405.00001"'])
def test_a_line_that_is_no_object(tmp_path: Path, raw: bytes) -> None:
    assert reason(tmp_path, raw)[0] == "line"


def test_a_script_in_an_abstract_leaves_no_trace(tmp_path: Path) -> None:
    text = "We <b>show</b> p < 0.05 <script>alert(1)</script>&lt;script&gt;alert(2)&lt;/script&gt; in <i>all</i> cases."
    take(write(tmp_path / "a.jsonl", record(1, abstract=text)))
    abstract = Paper.objects.get().abstract
    assert "script" not in abstract and "alert" not in abstract
    assert abstract.startswith("We show p < 0.05") and abstract.endswith("in all cases.")


def test_right_to_left_and_cjk_are_kept(tmp_path: Path) -> None:
    titles = ["تعلم الآلة في الطب", "למידת מכונה", "机器学习与量子计算", "機械学習の基礎", "기계 학습"]
    take(write(tmp_path / "a.jsonl", *(record(n, title=t, authors=[t]) for n, t in enumerate(titles))))
    assert set(Paper.objects.values_list("title", flat=True)) == set(titles)
    assert {paper.authors[0]["name"] for paper in Paper.objects.all()} == set(titles)


def test_marks_that_reorder_text_are_taken_out(tmp_path: Path) -> None:
    take(write(tmp_path / "a.jsonl", record(1, title="abc\u202edef\u2066ghi")))
    assert Paper.objects.get().title == "abcdefghi"


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_truncated_archive_gives_what_stands_before_the_break(tmp_path: Path, ending: str) -> None:
    noise = [record(n, abstract=f"{n * 7919 % 100_003} {n * 104_729 % 999_983} " * 20) for n in range(2_000)]
    whole = jsonl(*noise)
    packed = gzip.compress(whole) if ending == "gz" else zstandard.ZstdCompressor().compress(whole)
    path = tmp_path / f"a.jsonl.{ending}"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    report = take(path)
    assert len(report.faults) == 1
    assert str(path) in report.faults[0] and "breaks off after line" in report.faults[0]
    known = Paper.objects.count()
    assert 0 < known < 2_000 and report.counts.added == known
    assert f"line {known} " in report.faults[0]
    path.write_bytes(packed)
    assert counts(take(path)) == (2_000, 2_000 - known, 0, known, 0, 0)


def test_damage_inside_an_archive_is_a_fault_of_that_file_only(tmp_path: Path) -> None:
    bad = tmp_path / "a.jsonl.gz"
    bad.write_bytes(b"not gzip at all")
    report = take(bad, tmp_path / "missing.jsonl", write(tmp_path / "c.jsonl", record(1)))
    assert len(report.faults) == 2 and Paper.objects.count() == 1
    assert "missing.jsonl cannot be read" in report.faults[1]


def test_an_empty_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no file that can be imported"):
        take(tmp_path)


def test_a_line_of_50_mb_is_skipped_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as out:
        out.write(jsonl(record(1)) + b'{"id": "arxiv:2405.00009", "title": "')
        for _ in range(50):
            out.write(b"x" * (1 << 20))
        out.write(b'"}\n' + jsonl(record(2)))
    program = (
        "import resource, sys; from pathlib import Path; from broadsheet.catalogue.importing.files import lines\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = [(line.number, bool(line.fault), len(line.data)) for line in lines(Path(sys.argv[1]))]\n"
        "print(found[1], len(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("(2, True, 2000) 3 ")
    assert int(done.stdout.split()[-1]) < 24 * 1024  # KiB more than before
    report = take(path)
    assert counts(report) == (3, 2, 0, 0, 0, 1)
    assert "longer than 4 MB" in report.rejects[0].reason
    assert report.rejects_file is not None and report.rejects_file.stat().st_size < 4_000


BIB = r"""
@article{knuth, title = {The {\TeX}book and G{\"o}del}, author = {Knuth, Donald E. and Ada Lovelace and others},
  journal = "Journal of Letters", year = 1984, month = jan, doi = {10.1000/abc}, keywords = {type, fonts}}
@misc{arx, title={On something}, eprint={2405.12345}, archivePrefix={arXiv}, primaryClass={cs.CL}, year={2024}}
@book{plain, title={A book without a name}, author={One, Some}, year={2001}}
"""


def test_bibtex(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text(BIB, "utf-8")
    assert counts(take(path)) == (3, 3, 0, 0, 0, 0)
    paper = Paper.objects.get(venue="Journal of Letters")
    assert [author["name"] for author in paper.authors] == ["Donald E. Knuth", "Ada Lovelace"]
    assert (paper.published, paper.identifiers) == ("1984-01", [["doi", "10.1000/abc"]])
    assert paper.topics == ["type", "fonts"]
    assert "Gödel" in paper.title and "{" not in paper.title
    other = papers.by_identifier("arxiv", "2405.12345")
    assert other is not None and other.categories == ["cs.CL"]
    before = tables()
    assert counts(take(path, now=NOW + timedelta(days=1))) == (3, 0, 0, 3, 0, 0)
    assert tables() == before


def test_bibtex_packed_in_latin_1_and_with_a_long_author(tmp_path: Path) -> None:
    path = tmp_path / "a.bib.gz"
    text = BIB + "@misc{cafe, title={Café}, author={Zoé}, year={2001}}\n@misc{long, title={L}, author={" + "x" * 5000
    path.write_bytes(gzip.compress((text + "}}\n").encode("latin-1")))
    report = take(path)
    assert counts(report) == (5, 4, 0, 0, 0, 1)
    assert "400" in report.rejects[0].reason and Paper.objects.filter(title="Café").exists()


def test_broken_bibtex_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@article{broken, title={never closed\n\n@misc{untitled, year={2001}}\n" + BIB, "utf-8")
    report = take(path)
    assert report.counts.added == 3 and report.counts.rejected == 2
    assert {reject.field for reject in report.rejects} == {"line", "title"}


def test_files_of_one_name_in_two_folders_are_two_sources(tmp_path: Path) -> None:
    first, second = tmp_path / "may" / "papers.jsonl", tmp_path / "june" / "papers.jsonl"
    for path in (first, second):
        path.parent.mkdir()
    write(first, record(1, title="Of May"))
    write(second, record(1, title="Of June"), record(2))
    for _ in range(2):
        take(first)
        report = take(second)
    assert report.counts.unchanged == 2
    assert SourceRecord.objects.count() == 3 and Paper.objects.count() == 2
    assert SourceRecord.objects.filter(source_key__startswith="papers/").count() == 1


def test_a_file_that_was_moved_or_packed_is_still_the_same_source(tmp_path: Path) -> None:
    first, later = tmp_path / "may" / "papers.jsonl", tmp_path / "elsewhere" / "papers.jsonl"
    for path in (first, later):
        path.parent.mkdir()
    take(write(first, record(1)))
    first.rename(later)
    assert take(later).counts.unchanged == 1
    assert take(write(later.parent / "papers.v2.jsonl", record(1, title="Newer"))).counts.updated == 1
    assert SourceRecord.objects.count() == 1
