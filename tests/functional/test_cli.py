"""The commands as a person meets them: help, wrong use, refusals with a cause, and what each one says."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from pathlib import Path

import pytest
from tests.support.incoming import jsonl, record
from tests.support.program import ROOT, broadsheet, rows

COMMANDS = ("start", "web", "work", "import", "harvest", "search", "show", "status", "reindex", "sample", "model",
            "backup", "restore", "doctor", "config", "bench", "evaluate")  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with three papers, indexed."""
    home = tmp_path_factory.mktemp("cli")
    bad = b'{"id": "arxiv:2405.00009", "title": ""}'
    (home / "a.jsonl").write_bytes(jsonl(record(1, title="Sparse galaxies"), record(2), bad, record(3)))
    done = broadsheet("import", home / "a.jsonl", "--json", data=home / "data")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert {name: told[name] for name in ("read", "added", "updated", "unchanged", "merged", "rejected")} == {
        "read": 4, "added": 3, "updated": 0, "unchanged": 0, "merged": 0, "rejected": 1,
    }  # fmt: skip
    assert told["seconds"] > 0 and told["papers_per_second"] > 0
    assert "a.jsonl:3: title: is missing or empty" in done.stderr and told["rejects_file"] in done.stderr
    return home / "data"


def test_help_of_every_command() -> None:
    top = broadsheet("--help").stdout
    found = set(re.findall(r"^\W*(\w+)  ", top, re.M))
    assert set(COMMANDS) <= found, found
    from typer.main import get_command

    from broadsheet.cli.main import app

    group = get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for sub in [command, *getattr(command, "commands", {}).values()]:
            assert sub.help, (name, sub.name)
            options = {option for parameter in sub.params for option in parameter.opts}
            if not hasattr(sub, "commands") and name not in ("start", "web"):
                assert "--json" in options, (name, sub.name)
    assert broadsheet("import", "--help").returncode == 0
    assert broadsheet("--version").stdout.startswith("broadsheet ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "x.jsonl", "--rights", "all"], "--rights must be members or public"),
        (["search", "x", "--mode", "magic"], "--mode must be hybrid, words or meaning"),
        (["harvest", "--since", "yesterday"], "--since must be a day"),
        (["harvest", "nobody"], "No source is called 'nobody'"),
        (["search", "x", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
        (["import"], "Missing argument"),
        (["import", "."], "holds no file that can be imported"),
        (["evaluate", "search", "/nowhere"], "is not a directory"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_2(filled: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    done = broadsheet(*arguments, data=filled, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr and "Traceback" not in done.stderr


def test_a_missing_file_and_an_unknown_paper_are_named(filled: Path) -> None:
    done = broadsheet("import", "missing.jsonl", "--no-index", data=filled)
    assert done.returncode == 3 and "missing.jsonl cannot be read" in done.stderr
    done = broadsheet("show", "arxiv:2405.99999", data=filled)
    assert done.returncode == 3 and "No paper here is called" in done.stderr


@pytest.mark.parametrize("command", [["import", "a.jsonl"], ["sample", "load"]])
def test_a_data_directory_that_cannot_be_written(command: list[str]) -> None:
    done = broadsheet(*command, data=Path("/proc/nowhere/data"))  # not even root may make a directory there
    assert done.returncode == 3, done.stderr
    assert "cannot be written" in done.stderr and "--data" in done.stderr and "Traceback" not in done.stderr


def test_a_data_directory_below_a_file_and_what_doctor_says(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "data", tmp_path / "file"):
        done = broadsheet("sample", "load", data=place)
        assert done.returncode == 3 and str(place) in done.stderr and "Traceback" not in done.stderr
    found = broadsheet("doctor", data=Path("/proc/nowhere/data"))
    assert found.returncode == 1 and "FAIL  data directory" in found.stdout, found.stderr


def test_a_newer_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    assert broadsheet("status", data=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "broadsheet.sqlite3") as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('catalogue', '0999_later', 0)")
    before = rows(tmp_path)
    for command in (["status"], ["work", "--until-idle"], ["start"]):
        done = broadsheet(*command, data=tmp_path)
        assert done.returncode == 3 and "newer version" in done.stderr and "0999_later" in done.stderr
    assert rows(tmp_path) == before


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.sqlite3").write_bytes(b"something else" * 100)
    done = broadsheet("status", data=tmp_path)
    assert done.returncode == 3 and "not a database" in done.stderr and "Traceback" not in done.stderr


def test_all_faults_of_the_settings_at_once(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text('prot = 1\nweb_workers = 0\n', "utf-8")
    wrong = {"BROADSHEET_PORT": "many", "BROADSHEET_TIMEZONE": "Mars/Olympus", "BROADSHEET_SECRET_KEY_FILE": "/nowhere"}
    done = broadsheet("config", "check", data=tmp_path, env=wrong)
    assert done.returncode == 2 and done.stderr.count("\n  - ") == 5
    for word in ("`prot` is not a setting", "web_workers", "'many'", "Mars/Olympus", "/nowhere", "config reference"):
        assert word in done.stderr
    assert broadsheet("config", "check", data=tmp_path.parent / "none").returncode == 0


def test_the_reference_has_every_setting_and_show_tells_where_each_came_from(tmp_path: Path) -> None:
    from broadsheet.config import SETTINGS

    told = {row["name"]: row for row in json.loads(broadsheet("config", "reference", "--json").stdout)["settings"]}
    assert set(told) == {setting.name for setting in SETTINGS}
    assert all(row["help"] and row["expects"] for row in told.values())
    shown = json.loads(broadsheet("config", "show", "--json", data=tmp_path, env={"BROADSHEET_PORT": "9000"}).stdout)
    assert shown["port"] == {"value": "9000", "from": "BROADSHEET_PORT"} and set(shown) == set(told)
    secret = broadsheet("config", "show", data=tmp_path, env={"BROADSHEET_SECRET_KEY": "do-not-tell"})
    assert "do-not-tell" not in secret.stdout


def test_status_search_and_show(filled: Path) -> None:
    told = json.loads(broadsheet("status", "--json", data=filled).stdout)
    assert (told["papers"], told["index"]["papers"], told["index"]["lag"], told["sample"]) == (3, 3, 0, False)
    found = json.loads(broadsheet("search", "galaxies", "--mode", "words", "--json", data=filled).stdout)
    assert found["total"] == 1 and set(found["hits"][0]) == {
        "key", "id", "title", "authors", "organisation", "published", "votes", "comments", "score", "sure", "why",
    }  # fmt: skip
    for name in ("2405.00001", "arxiv:2405.00001v2", "https://arxiv.org/abs/2405.00001", found["hits"][0]["key"]):
        assert json.loads(broadsheet("show", name, "--json", data=filled).stdout)["title"] == "Sparse galaxies"


def test_the_sample_comes_and_goes_without_a_trace(tmp_path: Path) -> None:
    empty = tmp_path / "data"
    empty.mkdir()
    broadsheet("status", data=empty)
    before = rows(empty)
    added = json.loads(broadsheet("sample", "load", "--json", data=empty).stdout)["added"]
    assert added > 30 and json.loads(broadsheet("sample", "load", "--json", data=empty).stdout)["added"] == 0
    assert json.loads(broadsheet("sample", "remove", "--json", data=empty).stdout)["removed"] == added
    assert rows(empty) == before


def test_backup_and_restore(filled: Path, tmp_path: Path) -> None:
    target, fresh = tmp_path / "b.tar", tmp_path / "fresh"
    made = json.loads(broadsheet("backup", target, "--json", data=filled).stdout)
    assert made["papers"] == 3 and target.stat().st_size == made["bytes"]
    again = broadsheet("backup", target, data=filled)
    assert again.returncode == 3 and "exists already" in again.stderr
    assert broadsheet("restore", target, data=fresh).returncode == 0
    assert rows(fresh) == rows(filled)
    assert broadsheet("reindex", data=fresh).returncode == 0
    assert json.loads(broadsheet("search", "galaxies", "--json", data=fresh).stdout)["hits"][0]["id"]
    refused = broadsheet("restore", target, data=fresh)
    assert refused.returncode == 3 and "already holds a database" in refused.stderr
    for cut in (0, 600, made["bytes"] // 2):
        (tmp_path / "torn.tar").write_bytes(target.read_bytes()[:cut])
        torn = broadsheet("restore", tmp_path / "torn.tar", data=tmp_path / "torn")
        assert torn.returncode == 3 and "Traceback" not in torn.stderr, torn.stderr
        assert not (tmp_path / "torn" / "broadsheet.sqlite3").exists()


def test_the_commands_of_the_readme_run(filled: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    commands = [line for block in blocks for line in block.splitlines() if line.startswith("broadsheet ")]
    assert commands
    for command in commands:
        done = broadsheet(*shlex.split(command)[1:], data=filled)
        assert done.returncode == 0, (command, done.stderr)
