"""The sketch: a static student of all-MiniLM-L6-v2, NumPy only, thousands of abstracts a second in one thread.

``v = bias + (sum of rows of the text's pieces / sqrt(number of pieces)) @ projection``, then ``v / |v|``. How it
was learned and what it is good for: MODEL_CARD.md; the training script: tools/train_sketch.py.

The arithmetic is exact until the last step: rows and projection are turned into whole numbers small enough that
every sum fits the mantissa, so a text has the same vector, to the bit, whatever batch, thread or BLAS it went
through. So a rebuilt index equals the one it replaces.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from ...errors import BroadsheetError
from .store import DIMENSIONS
from .wordpiece import WordPieces

Vectors = npt.NDArray[np.float32]

SHIPPED = Path(__file__).with_name("sketch-minilm-l6-256.npz")
BATCH = 64
# 2048 pieces x 13 bits of a row stay under the 24 bits of a float32; those sums x 20 bits of projection x 256
# dimensions under the 53 bits of a float64.
MAX_PIECES = 2048
ROW_LIMIT = (1 << 13) - 1
PROJECTION_LIMIT = 1 << 20
MAX_CHARACTERS = 40_000


class SketchError(BroadsheetError):
    """The file of the sketch is missing or not what it should be."""


class Sketch:
    """Use :meth:`load`, then :meth:`embed`. Safe in several threads (a lost cache entry is computed again)."""

    def __init__(
        self,
        rows: npt.NDArray[np.int8],
        scale: npt.NDArray[np.float32],
        projection: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        vocabulary: Sequence[str],
    ) -> None:
        """``rows`` [pieces, rank], ``scale`` [pieces] (of the rows), ``projection`` [rank, 384], ``bias`` [384]."""
        pieces, rank = rows.shape
        if (scale.shape, projection.shape, bias.shape, len(vocabulary)) != (
            (pieces,), (rank, DIMENSIONS), (DIMENSIONS,), pieces
        ) or rank > 256:
            raise ValueError("the shapes of the sketch's tables do not fit together")
        exact = rows.astype(np.float32) * scale[:, None]
        # One unit for each dimension; int16 keeps the table at 16 MB.
        unit = np.maximum(np.abs(exact).max(axis=0), 1e-12).astype(np.float64) / ROW_LIMIT
        self._rows = np.rint(exact / unit).astype(np.int16)
        folded = unit[:, None] * projection.astype(np.float64)
        self._step = float(np.abs(folded).max()) / PROJECTION_LIMIT
        self._projection = np.rint(folded / self._step)
        self._bias = bias.astype(np.float64)
        self._words = WordPieces(vocabulary)

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Reads a sketch (0.1 s); without ``path`` the one that ships with the package. Raises SketchError."""
        path = path or SHIPPED
        try:
            with np.load(path, allow_pickle=False) as tables:
                vocabulary = tables["vocab"].tobytes().decode("utf-8").split("\n")
                rows, scale = tables["rows"], tables["scale"]
                if len(vocabulary) == len(rows) + 1 and not vocabulary[-1]:
                    vocabulary.pop()
                return cls(rows, scale, tables["projection"], tables["bias"], vocabulary)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            raise SketchError(
                f"The sketch {path} cannot be read: {problem}. Nothing was changed. Install Broadsheet again, or "
                "make another sketch with tools/train_sketch.py."
            ) from problem

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors float32 [len(texts), 384], in the order of ``texts``.

        Texts are cut after 2,048 pieces. A text without a piece gets the direction of the bias: close to no topic.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(texts), BATCH):
            chosen = texts[start : start + BATCH]
            vectors[start : start + len(chosen)] = self._embed_batch(chosen)
        return vectors

    def similarities(self, texts: Sequence[str], query: Vectors) -> Vectors:
        """``embed(texts) @ query`` within rounding, in 0.6 of the time; for choices, not for storage.

        With s the scaled sum of a text's rows and P the projection, the product with q is (b + sP)q and the squared
        length bb + 2 s(Pb) + s(PP')s': no vector of 384 is made.
        """
        if not texts:
            return np.empty(0, np.float32)
        packed = [self._words.pack(text[:MAX_CHARACTERS])[: 2 * MAX_PIECES] for text in texts]
        lengths = [len(pieces) // 2 for pieces in packed]
        rows = self._rows[np.frombuffer(b"".join(packed), np.uint16)].astype(np.float32)
        sums = np.zeros((len(texts), rows.shape[1]), np.float32)
        ones, at = np.ones(max(lengths), np.float32), 0
        for row, length in enumerate(lengths):
            np.dot(ones[:length], rows[at : at + length], out=sums[row])
            at += length
        sums *= (self._step / np.sqrt(np.maximum(lengths, 1)))[:, None].astype(np.float32)
        gram, turned_bias = self._lengths_of_sums
        product = sums @ (self._projection @ query).astype(np.float32) + np.float32(self._bias @ query)
        squared = np.einsum("ij,ij->i", sums @ gram, sums) + 2 * (sums @ turned_bias)
        squared += np.float32(self._bias @ self._bias)
        found: Vectors = (product / np.sqrt(np.maximum(squared, 1e-12))).astype(np.float32)
        return found

    @cached_property
    def _lengths_of_sums(self) -> tuple[Vectors, Vectors]:
        """PP' [rank, rank] and Pb [rank], of the projection in whole numbers."""
        return ((self._projection @ self._projection.T).astype(np.float32),
                (self._projection @ self._bias).astype(np.float32))

    def _embed_batch(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        packed = [self._words.pack(text[:MAX_CHARACTERS])[: 2 * MAX_PIECES] for text in texts]
        lengths = np.array([len(pieces) // 2 for pieces in packed])
        sums = np.empty((len(texts), self._rows.shape[1]), np.float32)
        for row, pieces in enumerate(packed):
            # Counts of distinct pieces @ rows, one product a batch, was measured: no faster.
            self._rows[np.frombuffer(pieces, np.uint16)].sum(axis=0, dtype=np.float32, out=sums[row])
        turned = sums.astype(np.float64) @ self._projection
        vectors = self._bias + turned * (self._step / np.sqrt(np.maximum(lengths, 1)))[:, None]
        norms: npt.NDArray[np.float64] = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
        unit: npt.NDArray[np.float64] = vectors / np.maximum(norms, 1e-12)
        return unit


@cache
def shipped() -> Sketch:
    """The sketch of the package, read once per process."""
    return Sketch.load()
