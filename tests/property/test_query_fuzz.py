"""Any text is answered: from the query language through the index to reasons and facets, in every mode and order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import papers

from broadsheet import config
from broadsheet.catalogue import changes
from broadsheet.search import service
from broadsheet.search.embedded import Embedded
from broadsheet.search.query import FIELDS

pytestmark = pytest.mark.django_db(transaction=True)

PIECES = st.sampled_from(
    [*(f"{name}:" for name in FIELDS), '"', "“", "”", "(", ")", "-", "OR", "NOT", "AND", " ", " ", " ", "graph",
     "protien", "2024", "..", "99999999999999999999", "\x00", "é", "Étude", "图像", "图像识别", "カ", "10.1000/",
     "https://arxiv.org/abs/", "2605.00001", "\u202e", "$", "\\alpha", "{", "foo:", "C++", "self-supervised", "the",
     "GAN", "*", "[a-z]", "10", "+", "'", "ß", "α-helix", "x" * 60]
)
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=25).map("".join))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedded]:
    """Four papers, indexed."""
    monkeypatch.setattr(config, "current", lambda: SimpleNamespace(index_dir=tmp_path / "index", model_dir=None))
    monkeypatch.setattr(service, "_embedder", service.Embedder(full=False))
    papers.add(1, "Graph attention <b>networks</b>", "GAN and $\\alpha$ – “quoted”, self-supervised. It’s C++.")
    papers.add(2, "图像识别的方法", "我们提出一种图像识别方法。")
    papers.add(3, "Étude d'un réseau", "Nous étudions le protein folding; naïve Straße.", language="fr")
    papers.add(4, "The of", "")
    made = Embedded(tmp_path / "index")
    made.apply(changes.read(changes.INTERACTIVE, 0))
    yield made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(text=TEXTS, mode=st.sampled_from(["hybrid", "words", "meaning"]), order=st.sampled_from(["best", "newest"]))
def test_any_text_is_answered(engine: Embedded, text: str, mode: str, order: str) -> None:
    found = service.search(text, mode=mode, order=order, today=date(2026, 5, 12), engine=engine)
    sure = [hit for hit in found.hits if hit.sure]
    assert found.total >= len(sure)
    assert len(found.hits) == found.listed <= 4
    assert len({hit.row for hit in found.hits}) == len(found.hits)
    for name in ("year", "votes"):
        assert all(count <= found.total for _, count in found.facets.get(name, ()))
    for hit in found.hits:
        assert "<script" not in hit.snippet_html
        assert "<b>" not in hit.snippet_html
        assert hit.why
