"""The bundled sample: real papers with summaries of our own, shown until the keeper says what is read here."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from .importing.run import Report, import_paths


def load(now: datetime, rejects_dir: Path) -> Report:
    """Import the sample; repeating it changes nothing."""
    with as_file(files("broadsheet") / "sample" / "papers.jsonl") as path:
        return import_paths([path], now=now, rejects_dir=rejects_dir, rights="public", source="sample", lane=0)
