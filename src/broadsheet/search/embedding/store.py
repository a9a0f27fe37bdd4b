"""Where full models live on disk, and whether one is whole.

A model is a directory ``<root>/all-minilm-l6-v2-int8/`` with ``model.onnx``, ``tokenizer.json`` and
``manifest.json`` (sizes and SHA-256 of both, what it was built from, its cosine to the fp32 graph). The root is
``BROADSHEET_MODEL_DIR``, else ``$XDG_CACHE_HOME/broadsheet/models``, else ``~/.cache/broadsheet/models``: shared
by several data directories and by the tests, because 23 MB that never change need not be kept twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

DIMENSIONS = 384
MODEL_NAME = "all-minilm-l6-v2-int8"
FORMAT = 1
FILES = ("model.onnx", "tokenizer.json")


def default_root() -> Path:
    """The shared directory of models of this user; it need not exist."""
    told = os.environ.get("BROADSHEET_MODEL_DIR", "").strip()
    if told:
        return Path(told).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME", "").strip()
    # The XDG specification: relative paths in these variables are invalid and ignored.
    base = Path(cache) if cache and Path(cache).is_absolute() else Path.home() / ".cache"
    return base / "broadsheet" / "models"


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(directory: Path) -> dict[str, Any] | None:
    """The manifest of a model directory, or None if there is none that this program understands."""
    try:
        manifest = json.loads((directory / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return None
    return manifest if isinstance(manifest.get("files"), dict) else None


def faults(directory: Path, *, deep: bool = False) -> list[str]:
    """What is wrong with a model directory, one sentence each; empty when it can be used.

    Sizes are always compared; ``deep`` reads the files and compares their SHA-256 as well (0.1 s).
    """
    manifest = read_manifest(directory)
    if manifest is None:
        return [f"{directory / 'manifest.json'} is missing or not of format {FORMAT}"]
    found = []
    for name in FILES:
        path, want = directory / name, manifest["files"].get(name, {})
        try:
            size = path.stat().st_size
        except OSError as problem:
            found.append(f"{path}: {problem.strerror}")
            continue
        if size != want.get("size"):
            found.append(f"{path} has {size} bytes, the manifest says {want.get('size')}")
        elif deep and sha256(path) != want.get("sha256"):
            found.append(f"{path} is not the file that was installed (SHA-256 differs)")
    return found


def find_model(*roots: Path | None) -> Path | None:
    """The directory of a usable full model, or None. Looks in ``roots`` in order, then in :func:`default_root`.

    A root may also be a model directory itself. A damaged model counts as absent; ``faults`` says why.
    """
    for root in (*roots, default_root()):
        if root is None:
            continue
        for directory in (root / MODEL_NAME, root):
            if (directory / "manifest.json").is_file() and not faults(directory):
                return directory
    return None
