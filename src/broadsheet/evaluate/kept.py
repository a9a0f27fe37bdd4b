"""Full vectors kept in a directory between runs, by model and text, so that a broken-off run goes on where it was.

Two files that only grow: ``keys.bin``, 16 bytes a text (BLAKE2b over the model's SHA-256 and the text), and
``vectors.bin``, float16 [384] a text in the same order. What a killed run left half written is ignored and written
over. One process writes at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import BroadsheetError
from ..search.embedding.store import DIMENSIONS

Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

BLOCK = 256  # texts between two writes: some seconds of the full model
_KEY = 16
_ROW = DIMENSIONS * 2


class KeptVectors:
    """``embed`` with a memory on disk. ``model`` names the model; another model's vectors are never mistaken."""

    def __init__(self, embed: Embed, directory: Path, model: str) -> None:
        """Raises BroadsheetError when the directory cannot be written."""
        self._embed = embed
        self._model = model.encode()
        self._keys_path, self._vectors_path = directory / "keys.bin", directory / "vectors.bin"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for path in (self._keys_path, self._vectors_path):
                path.touch()
            keys = self._keys_path.read_bytes()
            count = min(len(keys) // _KEY, self._vectors_path.stat().st_size // _ROW)
        except OSError as problem:
            raise BroadsheetError(
                f"Vectors cannot be kept in {directory}: {problem.strerror}. Nothing was measured. "
                "Name another directory, or leave --keep out."
            ) from problem
        self._at = {keys[i * _KEY : (i + 1) * _KEY]: i for i in range(count)}
        self._count = count

    def _key(self, text: str) -> bytes:
        return blake2b(self._model + b"\n" + text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors float32 [len(texts), 384]; those not kept yet are embedded shortest first, and kept."""
        keys = [self._key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._at}
        order = sorted(missing, key=lambda key: len(missing[key]))
        for start in range(0, len(order), BLOCK):
            part = order[start : start + BLOCK]
            self._append(part, self._embed([missing[key] for key in part]))
        if not keys:
            return np.empty((0, DIMENSIONS), np.float32)
        stored = np.memmap(self._vectors_path, np.float16, "r", shape=(self._count, DIMENSIONS))
        return np.asarray(stored[[self._at[key] for key in keys]], np.float32)

    def _append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        for path, size, data in (
            (self._vectors_path, _ROW, vectors.astype(np.float16).tobytes()),
            (self._keys_path, _KEY, b"".join(keys)),
        ):
            with path.open("r+b") as file:
                file.truncate(self._count * size)
                file.seek(self._count * size)
                file.write(data)
        for key in keys:
            self._at[key] = self._count
            self._count += 1
