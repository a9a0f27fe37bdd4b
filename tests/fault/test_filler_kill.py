"""kill -9 of the process that writes full vectors: what is there is right, what is missing is made next time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.search.embedding import find_model

ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = """
import random, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import numpy as np
from broadsheet.catalogue import changes
from broadsheet.catalogue.documents import documents
from broadsheet.search import vectors
from broadsheet.search.columns import FULL
from broadsheet.search.embedding import FullModel
from broadsheet.search.follower import Follower
from broadsheet.search.reader import get
from broadsheet.search.writing import vector_text
from tests.support import papers
home, model = Path(sys.argv[1]), Path(sys.argv[2])
random_ = random.Random(8)
words = "galaxy protein graph kernel lattice plasma market".split()
for number in range(120):
    papers.add(number, " ".join(random_.choice(words) for _ in range(6)), lane=changes.BULK)
follower = Follower(home / "index")
follower.drain()
filler = vectors.Filler(home / "index", model)
kills = 0
ends = time.monotonic() + 90
while (waiting := filler.step()) and time.monotonic() < ends:
    if kills < 3 and waiting < 120 - 25 * kills:
        filler._child.kill()
        filler._child.wait()
        kills += 1
    time.sleep(0.05)
filler.close()
columns = get(home / "index").refresh().columns
assert not vectors.pending(columns), vectors.pending(columns)
rows = np.flatnonzero(columns.live)
assert (columns.kind[rows] == FULL).all()
assert not follower._writer.columns.verify()
found = documents(rows.tolist())
texts = [vector_text(found[row].title, found[row].abstract) for row in rows.tolist()]
exact = FullModel.load(model).embed(texts)
stored = columns.vectors[rows] * columns.scales[rows][:, None]
assert float((exact * stored).sum(axis=1).min()) > 0.98
print("filled", kills)
"""


@pytest.mark.model
@pytest.mark.slow
def test_full_vectors_are_complete_after_kills(tmp_path: Path) -> None:
    model = find_model()
    if model is None:
        pytest.skip("the full embedding model is not installed (make model)")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "broadsheet.settings", "BROADSHEET_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", _SCRIPT, str(tmp_path), str(model)], env=environment, cwd=ROOT,
                          timeout=150, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("filled"), done.stderr
