"""The commands where something is wrong: no data directory, a damaged index, an address nobody has, a strange file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.support.incoming import jsonl, record
from tests.support.program import broadsheet

from broadsheet.search import verify


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with twenty papers, indexed."""
    home = tmp_path_factory.mktemp("faults")
    (home / "a.jsonl").write_bytes(jsonl(*(record(n, title=f"Sparse galaxies {n}") for n in range(1, 21))))
    assert broadsheet("import", home / "a.jsonl", data=home / "data").returncode == 0
    return home / "data"


def copied(whole: Path, to: Path) -> tuple[Path, Path]:
    """A copy of the data directory, and its generation of the index."""
    shutil.copytree(whole, to)
    return to, to / "index" / (to / "index" / "current").read_text().strip()


@pytest.mark.parametrize("command", [
    ["status"], ["search", "x"], ["backup", "b.tar"], ["bench", "fresh"], ["user", "list"], ["site", "show"],
    ["moderation", "list"], ["user", "remove", "a@example.org"]])
def test_a_mistyped_data_directory_is_named_and_not_made(tmp_path: Path, command: list[str]) -> None:
    done = broadsheet(*command, data=tmp_path / "dta", cwd=tmp_path)
    assert done.returncode == 3 and f"There is no data directory {tmp_path / 'dta'}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_of_nothing_makes_nothing(tmp_path: Path) -> None:
    found = broadsheet("doctor", "--json", data=tmp_path / "none")
    told = {row["what"]: row for row in json.loads(found.stdout)["findings"]}
    assert told["data directory"]["ok"] and "not there yet" in told["data directory"]["detail"]
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_one_object_too(tmp_path: Path) -> None:
    done = broadsheet("status", "--json", data=tmp_path / "none")
    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 3 and told["error"] in done.stderr
    wrong = broadsheet("config", "check", "--json", data=tmp_path, env={"BROADSHEET_PORT": "x", "BROADSHEET_FOO": "1"})
    assert wrong.returncode == json.loads(wrong.stdout)["exit_code"] == 2
    assert "BROADSHEET_FOO" in json.loads(wrong.stdout)["error"]


def test_a_flipped_byte_of_the_words_is_found_by_the_doctor_and_mended(whole: Path, tmp_path: Path) -> None:
    data, generation = copied(whole, tmp_path / "data")
    for ending in ("term", "idx", "pos", "store", "fieldnorm", "fast"):
        path = min((generation / "words").glob(f"*.{ending}"))
        sound = path.read_bytes()
        place = len(sound) // 3
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        assert verify.torn(data / "index") == [path.name]
        if ending != "fast":  # the last one stays damaged
            path.write_bytes(sound)
    found = broadsheet("doctor", "--json", data=data)
    told = {row["what"]: row for row in json.loads(found.stdout)["findings"]}["search index"]
    assert found.returncode == 1 and not told["ok"] and path.name in told["detail"] and "reindex" in told["detail"]
    searched = broadsheet("search", "galaxies", data=data)
    assert searched.returncode == 3 and path.name in searched.stderr and "Traceback" not in searched.stderr
    assert broadsheet("reindex", data=data).returncode == 0
    assert json.loads(broadsheet("search", "galaxies", "--json", data=data).stdout)["total"] == 20


def test_a_word_with_a_dash_is_left_out_and_an_unknown_option_refused(whole: Path) -> None:
    assert json.loads(broadsheet("search", "galaxies", "-hinton", "--json", data=whole).stdout)["total"] == 20
    assert json.loads(broadsheet("search", "galaxies", "-sparse", "--json", data=whole).stdout)["total"] == 0
    wrong = broadsheet("search", "galaxies", "--limt", "5", data=whole)
    assert wrong.returncode == 2 and "--limt" in wrong.stderr


@pytest.mark.parametrize("ending", ["term", "store"])
def test_a_flipped_byte_that_stops_the_library_is_a_finding_too(whole: Path, tmp_path: Path, ending: str) -> None:
    data, generation = copied(whole, tmp_path / "data")
    path = min((generation / "words").glob(f"*.{ending}"), key=lambda one: one.stat().st_size)
    sound = path.read_bytes()
    path.write_bytes(sound[:37] + bytes([sound[37] ^ 0x55]) + sound[38:])
    found, stands = broadsheet("doctor", "--json", data=data), broadsheet("status", "--json", data=data)
    told = {row["what"]: row for row in json.loads(found.stdout)["findings"]}["search index"]
    assert found.returncode == 1 and not told["ok"] and path.name in told["detail"] and "reindex" in told["detail"]
    assert stands.returncode == 0 and json.loads(stands.stdout)["index"]["state"] in ("ready", "unusable")


def test_settings_that_no_request_could_use_are_told_at_once(tmp_path: Path) -> None:
    wrong = {"SITE_URL": "papers.example.org", "HF_URL": "ftp://x", "ARXIV_OAI_URL": "nonsense", "PROXY": "not one",
             "REQUEST_PAUSE": "nan", "CONTACT": "a@example.org\nX-Evil: 1"}
    told = broadsheet("config", "check", data=tmp_path, env={f"BROADSHEET_{name}": v for name, v in wrong.items()})
    assert told.returncode == 2 and all(f"BROADSHEET_{name}: " in told.stderr for name in wrong), told.stderr


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    data, target, fresh = tmp_path / "data", tmp_path / "b.tar", tmp_path / "fresh"
    for one in (data, fresh):
        one.mkdir()
        one.chmod(0o755)
    assert broadsheet("sample", "load", data=data).returncode == 0
    assert broadsheet("backup", target, data=data).returncode == 0
    assert broadsheet("restore", target, data=fresh).returncode == 0
    kept = [target, *(path for home in (data, fresh) for path in home.rglob("*"))]
    assert {str(path): oct(path.stat().st_mode) for path in kept if path.stat().st_mode & 0o077} == {}
    (fresh / "broadsheet.sqlite3").chmod(0o644)
    told = json.loads(broadsheet("doctor", "--json", data=fresh, env={"BROADSHEET_OFFLINE": "true"}).stdout)
    assert f"chmod 700 {fresh}" in {row["what"]: row["detail"] for row in told["findings"]}["privacy"]


def test_a_backup_that_rotted_is_not_restored(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "b.tar"
    assert broadsheet("sample", "load", data=data).returncode == 0
    assert broadsheet("backup", target, data=data).returncode == 0
    body = bytearray(target.read_bytes())
    body[len(body) // 2] ^= 0xFF
    target.write_bytes(body)
    refused = broadsheet("restore", target, data=tmp_path / "fresh")
    assert refused.returncode == 3 and "not as it was written" in refused.stderr
    assert not list((tmp_path / "fresh").glob("broadsheet.sqlite3*"))
    (tmp_path / "file").write_text("mine")
    refused = broadsheet("restore", target, data=tmp_path / "file")
    assert refused.returncode == 3 and "is a file" in refused.stderr and (tmp_path / "file").read_text() == "mine"
    told = json.loads(broadsheet("doctor", "--json", data=tmp_path / "file").stdout)["findings"]
    assert [row["ok"] for row in told if row["what"] == "data directory"] == [False]


def test_a_flipped_byte_of_the_columns_is_found_by_the_doctor_and_mended(whole: Path, tmp_path: Path) -> None:
    data, generation = copied(whole, tmp_path / "data")
    assert verify.torn_rows(data / "index") == 0
    path = generation / "columns" / "vectors.bin"
    vectors = bytearray(path.read_bytes())
    place = next(at for at, byte in enumerate(vectors) if byte)  # in the vector of the first paper
    vectors[place] ^= 0xFF
    path.write_bytes(vectors)
    found = broadsheet("doctor", "--json", data=data)
    told = [row["detail"] for row in json.loads(found.stdout)["findings"] if not row["ok"]]
    assert found.returncode == 1 and any("1 of the papers' rows in the columns" in detail for detail in told), told
    assert broadsheet("reindex", data=data).returncode == 0
    assert verify.torn_rows(data / "index") == 0


def test_words_and_columns_that_disagree_are_found_by_the_doctor_and_mended(whole: Path, tmp_path: Path) -> None:
    data, generation = copied(whole, tmp_path / "data")
    live = generation / "columns" / "live.bin"
    rows = bytearray(live.read_bytes())
    rows[rows.index(1)] = 0
    live.write_bytes(rows)
    found = broadsheet("doctor", "--json", data=data)
    told = [row["detail"] for row in json.loads(found.stdout)["findings"] if not row["ok"]]
    assert found.returncode == 1 and any("20 papers by the words, 19 by the columns" in detail for detail in told), told
    assert broadsheet("reindex", data=data).returncode == 0
    mended = json.loads(broadsheet("doctor", "--json", data=data).stdout)["findings"]
    assert all(row["ok"] for row in mended if row["what"] == "search index")


@pytest.mark.parametrize("damage", ["manifest", "column"])
def test_an_index_that_cannot_be_read_is_rebuilt_by_the_worker(whole: Path, tmp_path: Path, damage: str) -> None:
    data, generation = copied(whole, tmp_path / "data")
    if damage == "manifest":
        (generation / "manifest.json").write_text('{"schema": 999, "columns": 1}')
    else:
        (generation / "columns" / "vectors.bin").unlink()
    done = broadsheet("search", "galaxies", data=data)
    assert done.returncode == 3 and "reindex" in done.stderr and "Traceback" not in done.stderr
    worked = broadsheet("work", "--until-idle", data=data)
    assert worked.returncode == 0, worked.stderr
    assert json.loads(broadsheet("search", "galaxies", "--json", data=data).stdout)["total"] == 20


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--host", "192.0.2.1", "--port", "0"], "no such address"),
        (["--host", "host.invalid"], "no such address"),
        (["--port", "99999"], "a number from 0 to 65535"),
    ],
)
def test_an_address_that_cannot_be_had(whole: Path, flags: list[str], words: str) -> None:
    done = broadsheet("start", *flags, data=whole)
    assert done.returncode in (2, 3) and words in done.stderr and "Traceback" not in done.stderr


def test_a_file_whose_name_says_nothing_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\n" + jsonl(record(1)))
    (tmp_path / "b.txt").write_text("@misc{x, title={Some title}}\n@broken{ foo\n")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n%\xff\n")
    (tmp_path / "notes").write_text("hello\n")
    files = ["a.txt", "b.txt", "paper.pdf", "notes"]
    done = broadsheet("import", *files, "--no-index", "--json", data=tmp_path / "data", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert done.returncode == 1 and (told["added"], told["rejected"]) == (2, 1), done.stderr
    assert len(told["faults"]) == 2 and all("neither JSON Lines nor BibTeX" in fault for fault in told["faults"])
    assert "cannot be read ()" not in done.stderr
