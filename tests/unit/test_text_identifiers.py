"""Names of papers: one form each, whatever was pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text import identifiers


@pytest.mark.parametrize(
    ("pasted", "scheme", "value"),
    [
        ("2405.12345", "arxiv", "2405.12345"),
        ("2405.12345v3", "arxiv", "2405.12345"),
        ("arXiv:2405.12345v2", "arxiv", "2405.12345"),
        ("arXiv: 0704.0001", "arxiv", "0704.0001"),
        ("hep-th/9901001v1", "arxiv", "hep-th/9901001"),
        ("math.GT/0309136", "arxiv", "math/0309136"),
        ("https://arxiv.org/abs/2405.12345v1", "arxiv", "2405.12345"),
        ("http://www.arxiv.org/pdf/2405.12345v1.pdf", "arxiv", "2405.12345"),
        ("arxiv.org/abs/hep-th/9901001", "arxiv", "hep-th/9901001"),
        ("https://export.arxiv.org/abs/2405.12345?context=cs#x", "arxiv", "2405.12345"),
        ("https://huggingface.co/papers/2405.12345", "arxiv", "2405.12345"),
        ("https://www.alphaxiv.org/abs/2405.12345", "arxiv", "2405.12345"),
        ("https://doi.org/10.48550/arXiv.2405.12345", "arxiv", "2405.12345"),
        ("https://doi.org/10.1000/ABC(1)", "doi", "10.1000/abc(1)"),
        ("doi:10.1145/3003816.", "doi", "10.1145/3003816"),
        ("10.1145/3003816", "doi", "10.1145/3003816"),
        ("https://dl.acm.org/doi/abs/10.1145/3003816", "doi", "10.1145/3003816"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full", "doi", "10.1101/2020.01.01.123456"),
        ("https://aclanthology.org/2021.acl-long.1/", "acl", "2021.acl-long.1"),
        ("https://www.aclweb.org/anthology/P19-1001.pdf", "acl", "P19-1001"),
        ("p19-1001", "acl", "P19-1001"),
        ("https://openreview.net/forum?id=ry5wc1bCW&noteId=x", "openreview", "ry5wc1bCW"),
        ("https://pubmed.ncbi.nlm.nih.gov/10714909/", "pmid", "10714909"),
        ("PMID: 10714909", "pmid", "10714909"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC12345/", "pmcid", "PMC12345"),
        ("https://ieeexplore.ieee.org/document/9812035", "ieee", "9812035"),
        ("https://proceedings.mlr.press/v97/smith19a.html", "pmlr", "97/smith19a"),
        ("<https://arxiv.org/abs/2405.12345>.", "arxiv", "2405.12345"),
    ],
)
def test_recognise(pasted: str, scheme: str, value: str) -> None:
    assert identifiers.recognise(pasted) == (scheme, value)


@pytest.mark.parametrize(
    "text",
    ["", "attention is all you need", "2405", "3.14159", "2405.12345 and more", "https://example.org/", "10.5", "v2",
     "https://arxiv.org/list/cs.CL/new", "GPT-4", "cs/9901", "2413.12345", "http://[bad", "author:smith"],
)  # fmt: skip
def test_recognise_leaves_queries_alone(text: str) -> None:
    assert identifiers.recognise(text) is None


@pytest.mark.parametrize(
    ("record_id", "expected"),
    [
        ("arxiv:2405.12345v2", ("arxiv", "2405.12345")),
        ("doi:10.1145/ABC", ("doi", "10.1145/abc")),
        ("doi:10.48550/arXiv.2405.12345", ("arxiv", "2405.12345")),
        ("pmid:007", ("pmid", "7")),
        ("pmlr:97/smith19a", ("pmlr", "97/smith19a")),
        ("ijcai:2020/12", ("ijcai", "2020/12")),
        ("url:HTTP://Example.org:80/a/#b", ("url", "https://example.org/a")),
    ],
)
def test_from_record_id(record_id: str, expected: tuple[str, str]) -> None:
    assert identifiers.from_record_id(record_id) == expected


@pytest.mark.parametrize(
    "record_id",
    ["", "2405.12345", "arxiv:", "arxiv:2413.12345", "nowhere:1", "doi:11.1/x", "pmid:x", "url:javascript:alert(1)",
     "url:https:///x", "ieee:12a", "endnote:a\x00b", "doi:10.1000/" + "x" * 600],
)  # fmt: skip
def test_what_is_no_identifier_is_refused(record_id: str) -> None:
    with pytest.raises(ValueError, match=r"identifier|record id"):
        identifiers.from_record_id(record_id)


def test_canonical_prefers_arxiv_then_doi() -> None:
    names = [("url", "https://a.b/c"), ("doi", "10.1000/x"), ("arxiv", "2405.12345")]
    assert identifiers.canonical(names) == ("arxiv", "2405.12345")
    assert identifiers.canonical(names[:2]) == ("doi", "10.1000/x")
    with pytest.raises(ValueError, match="canonical"):
        identifiers.canonical([])


@pytest.mark.parametrize(
    ("name", "path", "url"),
    [
        (("arxiv", "2405.12345"), "2405.12345", "https://arxiv.org/abs/2405.12345"),
        (("arxiv", "hep-th/9901001"), "hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        (("doi", "10.1000/x<y#z?"), "doi/10.1000/x%3Cy%23z%3F", "https://doi.org/10.1000/x%3Cy%23z%3F"),
        (("acl", "2021.acl-long.1"), "acl/2021.acl-long.1", "https://aclanthology.org/2021.acl-long.1/"),
        (("endnote", "12"), "endnote/12", ""),
    ],
)
def test_path_and_url(name: tuple[str, str], path: str, url: str) -> None:
    assert identifiers.path(*name) == path
    assert identifiers.url(*name) == url


@given(st.text(max_size=80))
def test_recognise_never_raises_and_is_normal(text: str) -> None:
    found = identifiers.recognise(text)
    if found is not None:
        assert identifiers.normalise(*found) == found


@given(st.sampled_from(identifiers.SCHEMES), st.text(max_size=60))
def test_normalise_settles_or_refuses(scheme: str, value: str) -> None:
    try:
        found = identifiers.normalise(scheme, value)
    except ValueError:
        return
    assert identifiers.normalise(*found) == found
    assert found[1].isprintable() or not any(ord(character) < 32 for character in found[1])
