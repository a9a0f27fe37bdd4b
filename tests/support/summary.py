"""Options and the closing summary of a run: what could not be tested is named, never skipped silently."""

from __future__ import annotations

import shutil
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--soak``: full counts."""
    parser.addoption("--soak", action="store_true", default=False, help="full counts (make soak)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked ``soak`` run with --soak only; they count as deselected, not as missing."""
    if config.getoption("--soak"):
        return
    left = [item for item in items if item.get_closest_marker("soak")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each thing that was lacking, with the number of tests that needed it."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[text.removeprefix("Skipped: ")] += 1
    if reasons:
        terminalreporter.section("not tested here")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count} tests: {reason}")


def find_chromium() -> Path | None:
    """The system's Chromium, for Playwright's ``executable_path``."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Path of a Chromium; the summary names it where none is installed."""
    found = find_chromium()
    if found is None:
        pytest.skip("MISSING: Chromium (none of " + ", ".join(CHROMIUM_NAMES) + " on PATH)")
    return found


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core, to be run inside a page."""
    wheel = find_spec("axe_playwright_python")
    if wheel is None or wheel.origin is None:
        pytest.skip("MISSING: axe-core (package axe-playwright-python)")
    return Path(wheel.origin).with_name("axe.min.js").read_text("utf-8")
