"""Ground of all tests: settings before Django starts, a private data directory, real data where it exists."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from tests.support import counts

counts.load_profile()

_scratch = tempfile.mkdtemp(prefix="broadsheet-tests-")
atexit.register(shutil.rmtree, _scratch, True)
os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
for _name in [name for name in os.environ if name.startswith("BROADSHEET_") and name != "BROADSHEET_MODEL_DIR"]:
    del os.environ[_name]
os.environ["BROADSHEET_DATA"] = _scratch
# Left in place: the processes of a parallel run read it again.
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["BROADSHEET_DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
# Here and not by an option of pytest-django: that one reads the settings before the lines above have been run.
django.setup()
# Each process of a parallel run makes a directory of its own. Left here, pytest-django would read the settings in them
# before this file runs, and all would share ours: their counts of attempts, limits and caches.
del os.environ["DJANGO_SETTINGS_MODULE"]

pytest_plugins = ["tests.support.postgres", "tests.support.summary"]

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Names of our marks."""
    config.addinivalue_line("markers", "realdata: needs the real papers in ../shared/data")
    config.addinivalue_line("markers", "soak: full counts, run by `make soak`")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data directory."""
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; the test says so where it does not exist."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not there: real papers are not tested")
    return SHARED
