"""The house as planned: which room may import which, and how long a file may be."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import hypothesis
from tests.support import counts

ROOT = Path(__file__).resolve().parents[2]
AIM, MOST = 400, 600  # lines
# DESIGN, section 1, from the top down; rooms in one tuple do not import each other unless they are faces.
BELOW = ("cli", ("web", "api", "work", "bench", "evaluate"), ("digest", "feeds"),
         ("sources", "editions", "search", "readers"), "catalogue", "text")  # fmt: skip


def lengths() -> dict[str, int]:
    """Lines of each Python file of ours."""
    files = [path for folder in ("src", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    return {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}


def test_no_file_is_over_600_lines() -> None:
    found = lengths()
    long = [f"{name} ({count})" for name, count in sorted(found.items()) if count > AIM]
    if long:
        warnings.warn(f"files over {AIM} lines: {', '.join(long)}", stacklevel=1)
    assert not [name for name, count in found.items() if count > MOST]


def test_the_contract_names_every_room_in_its_place() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    told = [{part.strip(" ()") for part in layer.replace("|", ":").split(":")} for layer in contract["layers"]]
    assert told == [{names} if isinstance(names, str) else set(names) for names in BELOW]
    assert "|" in contract["layers"][3] and "ignore_imports" not in contract
    rooms = {path.parent.name for path in (ROOT / "src" / "broadsheet").glob("*/*.py")}
    assert rooms <= set().union(*told), "a room that no contract knows"


def test_imports_keep_to_the_contract() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "1 kept, 0 broken" in done.stdout, done.stdout


def test_the_counts_of_the_run_are_those_of_its_profile() -> None:
    wanted = os.environ.get("HYPOTHESIS_PROFILE") or "ci"
    assert hypothesis.settings.get_current_profile_name() == wanted
    many = wanted == "soak"
    assert (counts.examples(6), counts.examples(6, full=150)) == ((6 * counts.FULL, 150) if many else (6, 6))
    assert hypothesis.settings.default is not None and hypothesis.settings.default.deadline is None


def test_every_part_is_pinned_where_a_fresh_clone_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {name: pinned(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock")}
    extras = project["optional-dependencies"]
    assert parts(project["dependencies"]) <= pins["requirements.lock"]
    assert parts([*extras["model"], *extras["dev"]]) <= set().union(*pins.values()), "run `make lock`"


def parts(requirements: list[str]) -> set[str]:
    """Names of packages, normalised, without our own extras."""
    names = {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0] for text in requirements}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names} - {"broadsheet"}


def pinned(lock: Path) -> set[str]:
    """Names that a lock file pins."""
    return parts([line for line in lock.read_text("utf-8").splitlines() if "==" in line and line[0] not in "#-"])


def test_no_text_for_people_stands_in_an_f_string() -> None:
    """Texts are not gathered from inside an f-string: such a one would stay English for ever."""
    says = {"_", "_lazy", "gettext", "gettext_lazy", "ngettext", "pgettext", "npgettext"}
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found += [f"{path.relative_to(ROOT)}:{call.lineno}" for call in ast.walk(node)
                          if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in says]
    assert found == []
