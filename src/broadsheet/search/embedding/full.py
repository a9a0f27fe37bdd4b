"""The full model: all-MiniLM-L6-v2 in int8 under onnxruntime, on the CPU.

One thread per process: several processes beat one process with several threads in bulk work, and a query is too
short to share. Bulk embedding belongs into the worker, never into the web process.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ...errors import BroadsheetError
from . import store
from .store import DIMENSIONS

Vectors = npt.NDArray[np.float32]

# Texts of a batch are of nearly the same length. On a CPU 1 to 16 are alike; more only needs more memory.
BATCH = 8
# The model was trained on 128 to 256 word pieces; it has positions for 512.
MAX_PIECES = 256
# A piece is rarely longer than this many characters; what is surely cut off need not be split first.
CHARACTERS_PER_PIECE = 24


class ModelError(BroadsheetError):
    """The full model is missing or cannot be used; search by words and sketches goes on without it."""


class FullModel:
    """An onnxruntime session and its tokenizer. ``embed`` may be called from several threads."""

    def __init__(self, session: Any, tokenizer_json: str, directory: Path) -> None:
        self._session = session
        self._json = tokenizer_json
        self._local = threading.local()
        self.directory = directory

    @classmethod
    def load(cls, directory: Path | None = None, *, threads: int = 1) -> Self:
        """Opens the model in ``directory``, or the one :func:`store.find_model` finds (0.3 s).

        Raises ModelError when there is none, or it is damaged, or onnxruntime refuses it.
        """
        found = directory or store.find_model()
        if found is None:
            raise ModelError(
                f"The full embedding model is not installed (looked in {store.default_root()}). "
                "Search goes on by words and sketches. To install it: broadsheet model install"
            )
        faults = store.faults(found)
        if faults:
            raise ModelError(
                f"The full embedding model in {found} is damaged: {'; '.join(faults)}. "
                "Search goes on by words and sketches. To repair it: broadsheet model install"
            )
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
            options.log_severity_level = 3
            # Waiting threads would burn a core that the pages need.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            # Shapes change with every batch: a remembered pattern would only hold memory.
            options.enable_mem_pattern = False
            session = onnxruntime.InferenceSession(
                str(found / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            tokenizer_json = (found / "tokenizer.json").read_text("utf-8")
        except Exception as problem:  # onnxruntime raises classes of its own without a common root
            raise ModelError(
                f"The full embedding model in {found} cannot be opened: {problem}. "
                "Search goes on by words and sketches. To repair it: broadsheet model install"
            ) from problem
        return cls(session, tokenizer_json, found)

    def _tokenizer(self, max_pieces: int) -> Any:
        """This thread's tokenizer: settings of truncation live inside it, so it is not shared."""
        held: dict[int, Any] = self._local.__dict__.setdefault("tokenizers", {})
        tokenizer = held.get(max_pieces)
        if tokenizer is None:
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_str(self._json)
            tokenizer.no_padding()
            tokenizer.enable_truncation(max_pieces)
            held[max_pieces] = tokenizer
        return tokenizer

    def embed(self, texts: Sequence[str], max_pieces: int = MAX_PIECES) -> Vectors:
        """Unit vectors float32 [len(texts), 384], in the order of ``texts``. Longer texts are cut to ``max_pieces``.

        Sorted by length and padded per batch, so that a short text does not pay for a long one. An empty text
        gets the vector of nothing but the two marks, as the model itself would say.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        if not texts:
            return vectors
        tokenizer = self._tokenizer(max_pieces)
        limit = max_pieces * CHARACTERS_PER_PIECE
        if len(texts) == 1:
            ids = [tokenizer.encode(texts[0][:limit]).ids]
        else:
            ids = [encoding.ids for encoding in tokenizer.encode_batch_fast([text[:limit] for text in texts])]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            longest = len(ids[chosen[-1]])
            pieces = np.zeros((len(chosen), longest), np.int64)
            mask = np.zeros((len(chosen), longest), np.int64)
            for row, i in enumerate(chosen):
                pieces[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            vectors[chosen] = self._session.run(["embedding"], {"input_ids": pieces, "attention_mask": mask})[0]
        return vectors
