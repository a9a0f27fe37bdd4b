"""The documents say what is so: their commands run, their addresses answer, their settings, keys and fields exist."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from django.urls import get_resolver, resolve
from tests.support.incoming import jsonl, record
from tests.support.program import ROOT, broadsheet
from typer.main import get_command
from typer.testing import CliRunner

from broadsheet import config
from broadsheet.cli.main import app
from broadsheet.search.query import FIELDS
from broadsheet.web.formulas import FORMULAS
from broadsheet.web.views.settings_page import KEYS

DOCS = sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "BENCHMARKS.md",
               *(path for path in (ROOT / "docs").rglob("*.md") if "evidence" not in path.parts)])
# Commands that ask the network, serve until stopped, or need files of one's own; their help must exist.
NOT_RUN = ("broadsheet start", "broadsheet web", "broadsheet harvest", "broadsheet model install")


def texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in DOCS}


def fenced(kind: str) -> list[tuple[str, str]]:
    blocks = re.compile(rf"```{kind}\n(.*?)```", re.S)
    return [(name, block) for name, text in texts().items() for block in blocks.findall(text)]


def inline() -> list[tuple[str, str]]:
    """Code inside of sentences and tables."""
    return [(name, code) for name, text in texts().items()
            for code in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data directory of three papers."""
    home = tmp_path_factory.mktemp("docs")
    (home / "papers.jsonl").write_bytes(jsonl(record(1, title="Sparse galaxies"), record(2), record(3)))
    done = broadsheet("import", home / "papers.jsonl", data=home / "data")
    assert done.returncode == 0, done.stderr
    return home


def test_every_fenced_command_runs(filled: Path) -> None:
    commands = [(name, line) for name, block in fenced("sh") for line in block.splitlines()
                if line.startswith("broadsheet ")]
    assert {name for name, _ in commands} >= {"README.md", "docs/keepers/keeping.md", "docs/programs/programs.md"}
    for name, command in commands:
        words = shlex.split(command)[1:]
        if command.startswith(NOT_RUN) or "--help" in words:
            told = CliRunner().invoke(app, [*[word for word in words if word != "--help"][:2], "--help"])
            assert told.exit_code == 0, (name, command, told.output)
            continue
        done = broadsheet(*words, data=None if "--data" in words else filled / "data", cwd=filled)
        assert done.returncode == 0, (name, command, done.stderr)


def test_every_command_that_is_named_exists_with_its_options() -> None:
    top = get_command(app)
    found = 0
    for name, code in inline():
        if not code.startswith("broadsheet ") or code.startswith("broadsheet -"):
            continue
        found += 1
        words = code.split()[1:]
        at = top.commands.get(words[0])  # type: ignore[attr-defined]
        assert at is not None, (name, code)
        if hasattr(at, "commands") and len(words) > 1 and not words[1].startswith("-"):
            at = at.commands.get(words[1])
            assert at is not None, (name, code)
        options = {"--help"}.union(*({*one.opts, *one.secondary_opts} for one in at.params))
        for option in re.findall(r"(?<!\S)--[\w-]+", code):
            assert option in options or hasattr(at, "commands"), (name, code)
    assert found > 10


def test_every_address_leads_somewhere() -> None:
    named = [(name, code) for name, code in inline() if re.match(r"/[a-z]", code) and " " not in code]
    named += [(name, link) for name, text in texts().items() for link in re.findall(r"\]\((/[^)]+)\)", text)]
    assert len(named) > 10
    for name, code in named:
        path = code.partition("?")[0].partition("#")[0]
        if path.endswith("/"):  # the beginning of several
            routes = [str(pattern.pattern) for pattern in get_resolver().url_patterns]
            assert any(route.startswith(path[1:]) for route in routes), (name, code)
            continue
        found = resolve(path)
        if found.url_name == "formula":
            assert found.kwargs["name"] in FORMULAS, (name, code)


def test_files_that_are_linked_or_named_exist() -> None:
    for name, text in texts().items():
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            if not link.startswith(("http", "/")):
                assert ((ROOT / name).parent / link).exists(), (name, link)
    for name, code in inline():
        if re.fullmatch(r"(text|catalogue|sources|editions|search|readers|web|work|bench|evaluate|cli)/\w+\.py", code):
            assert (ROOT / "src" / "broadsheet" / code).exists(), (name, code)


def test_settings_keys_and_operators_are_those_of_the_program() -> None:
    settings = {setting.name for setting in config.SETTINGS}
    for name, code in inline():
        for variable in re.findall(r"\bBROADSHEET_([A-Z_]+)\b", code):
            known = {variable.lower(), variable.lower().removesuffix("_file")} & settings
            assert known or variable == "CONFIG", (name, code)
    reading = texts()["docs/readers/reading.md"]
    for letters, _ in KEYS:
        for key in letters.split():
            assert f"`{key}`" in reading, key
    assert set(re.findall(r"`(\w+):`", reading)) == set(FIELDS)


def test_the_toml_that_is_shown_can_be_used(tmp_path: Path) -> None:
    blocks = fenced("toml")
    assert blocks
    for name, block in blocks:
        tomllib.loads(block)
        (tmp_path / "broadsheet.toml").write_text(block)
        made = config.load(environ={"BROADSHEET_DATA": str(tmp_path)})
        assert made.site["sections"][0]["name"] == "Vision", name


@pytest.mark.django_db(transaction=True)
def test_the_fields_that_programs_are_promised(filled: Path) -> None:
    text = texts()["docs/programs/programs.md"]
    told = json.loads(broadsheet("search", "--json", "galaxies", data=filled / "data").stdout)
    assert {"total", "took_ms", "hits"} <= set(told) and told["hits"]
    for field in told["hits"][0]:
        assert f"`{field}`" in text, field
    again = json.loads(broadsheet("import", "--json", filled / "papers.jsonl", data=filled / "data").stdout)
    for field in re.findall(r"`(\w+)`", text[text.index("`broadsheet import"):text.index("## Over HTTP")]):
        assert field in again, field
    from broadsheet.api.schemas import PAPER

    part = text[text.index("A paper has"):text.index("A fault is")]
    assert set(re.findall(r"`(\w+)`", part)) == set(PAPER["properties"])
