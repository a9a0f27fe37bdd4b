"""The BERT encoder of all-MiniLM-L6-v2 as an ONNX graph, written straight from its weights (no torch).

Inputs ``input_ids`` and ``attention_mask`` [batch, sequence] int64, output ``embedding`` [batch, 384] float32 of
unit length: mean over the unmasked positions of the last layer, as sentence-transformers pools it. Opset 20
brings ``Gelu`` and ``LayerNormalization``. Needs ``onnx`` (build time only).

The architecture is that of Devlin et al. 2019 (arXiv:1810.04805), section 3, with post-layer normalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .store import DIMENSIONS

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
OPSET = 20
# Added to the scores of masked positions; after the softmax they weigh nothing in float32.
MASKED = -1e9

Array = npt.NDArray[np.float32]


class _Writer:
    """Collects nodes and initializers; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._count = 0

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        self._count += 1
        output = output or f"{operator.lower()}_{self._count}"
        name = f"n{self._count}_{operator}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], name, **attributes))
        return output

    def dense(self, hidden: str, name: str, weight: Array, bias: Array) -> str:
        """hidden @ weight + bias; ``weight`` is [in, out]."""
        product = self.node("MatMul", hidden, self.constant(f"{name}.weight", weight))
        return self.node("Add", product, self.constant(f"{name}.bias", bias))

    def normalise(self, hidden: str, name: str, weights: Mapping[str, Array]) -> str:
        return self.node(
            "LayerNormalization",
            hidden,
            self.constant(f"{name}.weight", weights[f"{name}.weight"]),
            self.constant(f"{name}.bias", weights[f"{name}.bias"]),
            axis=-1,
            epsilon=EPSILON,
        )


def _embeddings(w: _Writer, weights: Mapping[str, Array]) -> str:
    """Word + position + token type 0. The latter two are added beforehand: one table, one slice.

    Slice by Shape(start=1, end=2), a vector of one: a scalar Range and Gather trips onnxruntime's
    EmbedLayerNormalization fusion ("Starts must be a 1-D array").
    """
    words = w.node("Gather", w.constant("words", weights["embeddings.word_embeddings.weight"]), "input_ids")
    table = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = w.node("Shape", "input_ids", start=1, end=2)
    zero = w.constant("zero", np.array([0], np.int64))
    places = w.node("Slice", w.constant("positions", table), zero, length, zero)
    return w.normalise(w.node("Add", words, places), "embeddings.LayerNorm", weights)


def _attention(w: _Writer, hidden: str, mask: str, prefix: str, weights: Mapping[str, Array]) -> str:
    """Self-attention. Query, key and value are one product; the scale 1/sqrt(32) is folded into the query."""
    scale = np.float32(1.0 / np.sqrt(DIMENSIONS // HEADS))
    names = [f"{prefix}.attention.self.{role}" for role in ("query", "key", "value")]
    parts = list(zip(names, (scale, np.float32(1), np.float32(1)), strict=True))
    weight = np.concatenate([weights[f"{name}.weight"].T * factor for name, factor in parts], axis=1)
    bias = np.concatenate([weights[f"{name}.bias"] * factor for name, factor in parts])
    joined = w.dense(hidden, f"{prefix}.attention.qkv", weight, bias)
    # [batch, sequence, 3 x heads x 32] -> [3, batch, heads, sequence, 32]
    shaped = w.node("Reshape", joined, "shape_qkv")
    turned = w.node("Transpose", shaped, perm=[2, 0, 3, 1, 4])
    query, key, value = (w.node("Gather", turned, f"index_{i}", axis=0) for i in range(3))
    scores = w.node("MatMul", query, w.node("Transpose", key, perm=[0, 1, 3, 2]))
    chances = w.node("Softmax", w.node("Add", scores, mask), axis=-1)
    mixed = w.node("Transpose", w.node("MatMul", chances, value), perm=[0, 2, 1, 3])
    flat = w.node("Reshape", mixed, "shape_flat")
    name = f"{prefix}.attention.output"
    out = w.dense(flat, f"{name}.dense", weights[f"{name}.dense.weight"].T, weights[f"{name}.dense.bias"])
    return w.normalise(w.node("Add", out, hidden), f"{name}.LayerNorm", weights)


def _feed_forward(w: _Writer, hidden: str, prefix: str, weights: Mapping[str, Array]) -> str:
    inner, outer = f"{prefix}.intermediate.dense", f"{prefix}.output.dense"
    wide = w.node("Gelu", w.dense(hidden, inner, weights[f"{inner}.weight"].T, weights[f"{inner}.bias"]))
    out = w.dense(wide, outer, weights[f"{outer}.weight"].T, weights[f"{outer}.bias"])
    return w.normalise(w.node("Add", out, hidden), f"{prefix}.output.LayerNorm", weights)


def write_graph(weights: Mapping[str, Array]) -> Any:
    """The fp32 model as an ``onnx.ModelProto``. ``weights`` are named as in the published safetensors file.

    Raises KeyError with the name of a weight that is missing.
    """
    from onnx import TensorProto, checker, helper

    w = _Writer()
    w.constant("shape_qkv", np.array([0, 0, 3, HEADS, DIMENSIONS // HEADS], np.int64))
    w.constant("shape_flat", np.array([0, 0, DIMENSIONS], np.int64))
    for i in range(3):
        w.constant(f"index_{i}", np.array(i, np.int64))
    w.constant("axes_heads", np.array([1, 2], np.int64))
    w.constant("axis_last", np.array([2], np.int64))
    w.constant("axis_sequence", np.array([1], np.int64))
    w.constant("one", np.array(1, np.float32))
    w.constant("masked", np.array(MASKED, np.float32))

    present = w.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = w.node("Mul", w.node("Sub", "one", present), "masked")
    mask = w.node("Unsqueeze", absent, "axes_heads")
    hidden = _embeddings(w, weights)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}"
        hidden = _attention(w, hidden, mask, prefix, weights)
        hidden = _feed_forward(w, hidden, prefix, weights)
    kept = w.node("Mul", hidden, w.node("Unsqueeze", present, "axis_last"))
    total = w.node("ReduceSum", kept, "axis_sequence", keepdims=0)
    # The sum points where the mean points; only the direction survives normalisation.
    w.node("LpNormalization", total, output="embedding", axis=-1, p=2)

    shape = ["batch", "sequence"]
    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask")]
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", DIMENSIONS])
    graph = helper.make_graph(w.nodes, "all-MiniLM-L6-v2", ids, [out], w.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="broadsheet")
    model.ir_version = 9  # the version that goes with opset 20; older runtimes read it
    checker.check_model(model)
    return model
