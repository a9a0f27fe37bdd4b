"""Options and the closing summary of a run: what could not be tested is named, never skipped silently."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--soak``: full counts."""
    parser.addoption("--soak", action="store_true", default=False, help="full counts (make soak)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of pages say what they lack. Those marked ``soak`` run with --soak only, deselected and not missing."""
    pages = [item for item in items if item.get_closest_marker("browser") or "browser" in item.path.parts]
    if pages and (lack := browser_lack()):
        for item in pages:
            item.add_marker(pytest.mark.skip(reason=lack))
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


def browser_lack() -> str:
    """What browser tests lack on this machine, in a sentence; empty when they can run."""
    wheel = find_spec("playwright")
    if wheel is None or wheel.origin is None:
        return "MISSING: Playwright (package playwright)"
    driver = Path(wheel.origin).with_name("driver") / "node"  # a program of its own that wants libatomic
    if driver.exists() and subprocess.run([driver, "--version"], capture_output=True, check=False).returncode:
        return "MISSING: Playwright's driver does not start here. As root: apt-get install libatomic1"
    if find_chromium() is None:
        return "MISSING: Chromium (none of " + ", ".join(CHROMIUM_NAMES) + " on PATH)"
    return ""


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core, to be run inside a page."""
    wheel = find_spec("axe_playwright_python")
    if wheel is None or wheel.origin is None:
        pytest.skip("MISSING: axe-core (package axe-playwright-python)")
    return Path(wheel.origin).with_name("axe.min.js").read_text("utf-8")
