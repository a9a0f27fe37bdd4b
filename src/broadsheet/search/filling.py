"""``python -m broadsheet.search.filling INDEX_DIR MODEL_DIR``: the child process of ``vectors.Filler``.

A module of its own, because Django has to be set up before anything that knows its tables is imported.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NICE = 15  # so that pages keep their cores


def main(arguments: list[str]) -> int:
    """Fill until nothing is pending, or until the parent has gone. Exit code 0; 3 when the model cannot be used."""
    index_dir, model_dir = Path(arguments[0]), Path(arguments[1])
    parent = os.getppid()
    os.nice(NICE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django

    django.setup()
    from ..errors import BroadsheetError
    from .embedding.full import FullModel
    from .vectors import fill

    try:
        fill(index_dir, FullModel.load(model_dir).embed, stopped=lambda: os.getppid() != parent)
    except BroadsheetError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
