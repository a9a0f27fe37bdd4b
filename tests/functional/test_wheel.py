"""The wheel that pip, pipx and uv install: everything that is not Python is inside, and it runs by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.support.program import ROOT, environment

SOURCE = ROOT / "src" / "broadsheet"
BUILT_BY = "hatchling"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the working tree, without the network: the builder is one of the pinned parts."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stderr}\nIs {BUILT_BY} installed? `make dev` brings it."
    return next(folder.glob("broadsheet-*.whl"))


def test_nothing_of_the_package_is_left_out(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        f"broadsheet/{path.relative_to(SOURCE)}"
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".pyo")
    }
    assert ours <= inside, sorted(ours - inside)
    for ending in (".jinja", ".css", ".js", ".woff2", "OFL.txt", "MODEL_CARD.md", "py.typed", ".npz", "papers.jsonl"):
        assert any(name.endswith(ending) for name in inside), ending
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert not [name for name in inside if not name.startswith(("broadsheet/", "broadsheet-"))]


def test_it_runs_from_another_directory(wheel: Path, tmp_path: Path) -> None:
    site, data = tmp_path / "site", tmp_path / "data"
    zipfile.ZipFile(wheel).extractall(site)
    given = {**environment(BROADSHEET_DATA=str(data)), "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=given, capture_output=True, text=True, check=False
        )

    where = run("-c", "import broadsheet; print(broadsheet.__file__)").stdout.strip()
    assert where == os.fspath(site / "broadsheet" / "__init__.py")
    added = run("-m", "broadsheet", "sample", "load", "--json")
    assert added.returncode == 0 and json.loads(added.stdout)["added"] > 30, added.stderr
    assert run("-m", "broadsheet", "work", "--until-idle").returncode == 0
    found = run("-m", "broadsheet", "search", "learning", "--json", "--limit", "3")
    assert found.returncode == 0 and json.loads(found.stdout)["hits"], found.stderr
