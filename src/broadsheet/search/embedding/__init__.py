"""Texts become vectors, in two speeds and one space of 384 dimensions (that of all-MiniLM-L6-v2, unit length).

``Sketch`` (sketch.py): a static table, NumPy only, thousands of abstracts a second; ships with the package.
``FullModel`` (full.py): the int8 model in onnxruntime; fetched and built once by ``install`` (install.py, build.py).
``find_model`` (store.py) says where an installed full model lies, or None.

The heavy parts are imported on first use, so that a page that needs neither starts without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .store import DIMENSIONS, MODEL_NAME, default_root, find_model

if TYPE_CHECKING:
    from .full import FullModel
    from .sketch import Sketch

__all__ = ["DIMENSIONS", "MODEL_NAME", "FullModel", "Sketch", "default_root", "find_model"]


def __getattr__(name: str) -> Any:
    if name == "Sketch":
        from .sketch import Sketch

        return Sketch
    if name == "FullModel":
        from .full import FullModel

        return FullModel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
