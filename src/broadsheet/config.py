"""Deployment settings: one frozen object, read from environment, one TOML file and flags, in that order of weight.

Later beats earlier: defaults < TOML file < environment < flags. Unknown or wrong keys refuse to start; all
faults are told at once, each with where it came from and what would be right. Secrets may be given by file
(``BROADSHEET_..._FILE``). Site choices (name, fields, interests) are rows in the database, not settings.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import BroadsheetError


class ConfigError(BroadsheetError):
    """One or more settings are unknown or wrong. ``faults`` holds one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(
            "The settings cannot be used:\n"
            + "\n".join(f"  - {fault}" for fault in faults)
            + "\nNothing was started or changed. See `broadsheet config reference`."
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings: name, how to read it, default, help, whether it is a secret."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    expects: str
    secret: bool = False


def _port(value: Any) -> int:
    port = int(value)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ValueError


def _zone(value: Any) -> str:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError from problem
    return str(value)


def _database(value: Any) -> str:
    text = str(value)
    if text and not text.startswith(("postgresql://", "postgres://", "sqlite:")):
        raise ValueError
    return text


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(str(item).strip() for item in items if str(item).strip())


def _positive(value: Any) -> int:
    number = int(value)
    if number < 1:
        raise ValueError
    return number


def _default_data() -> str:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(base) / "broadsheet")


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "data", lambda v: Path(str(v)).expanduser(), _default_data, "Data directory: all state lives there.", "a path"
    ),
    Setting(
        "host",
        str,
        "127.0.0.1",
        "Address to listen on. Anything but loopback needs the set-up code.",
        "an address, such as 127.0.0.1 or 0.0.0.0",
    ),
    Setting("port", _port, 8474, "Port to listen on; 0 takes a free one.", "a number from 0 to 65535"),
    Setting(
        "site_url",
        str,
        "",
        "Public address of the site, used in links that leave the page.",
        "an address, such as https://papers.example.org",
    ),
    Setting(
        "allowed_hosts", _words, (), "Host names that may be asked for, besides loopback names.", "a list of names"
    ),
    Setting(
        "database_url",
        _database,
        "",
        "Database; empty means SQLite in the data directory.",
        "postgresql://user@host/name",
        secret=True,
    ),
    Setting("timezone", _zone, "UTC", "What 'today' and 'next at 06:00' mean.", "an IANA name, such as Europe/Berlin"),
    Setting("web_workers", _positive, 1, "Web processes.", "a number from 1"),
    Setting("offline", _flag, False, "Never ask another host.", "true or false"),
    Setting("allow_private_hosts", _flag, False, "Let harvests reach private and loopback addresses.", "true or false"),
    Setting("proxy", str, "", "HTTP proxy for everything that leaves the machine.", "http://host:port", secret=True),
    Setting("contact", str, "", "Address of the keeper, told to the sources that are asked.", "a mail address"),
    Setting("arxiv_oai_url", str, "https://oaipmh.arxiv.org/oai", "Address of arXiv's OAI-PMH service.", "an address"),
    Setting("arxiv_rss_url", str, "https://rss.arxiv.org/rss", "Address of arXiv's RSS service.", "an address"),
    Setting("hf_url", str, "https://huggingface.co", "Address of Hugging Face.", "an address"),
    Setting("request_pause", float, 3.0, "Seconds between two requests to one host.", "a number"),
    Setting(
        "model_dir",
        lambda v: Path(str(v)).expanduser() if str(v) else None,
        "",
        "Where the full embedding model lies; empty means the shared cache.",
        "a path",
    ),
    Setting(
        "secret_key",
        str,
        "",
        "Key that signs cookies; made in the data directory when empty.",
        "a long text",
        secret=True,
    ),
    Setting("debug_sql", _flag, False, "Log SQL statements.", "true or false"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force. ``origin`` maps each name to where its value came from."""

    data: Path
    host: str
    port: int
    site_url: str
    allowed_hosts: tuple[str, ...]
    database_url: str
    timezone: str
    web_workers: int
    offline: bool
    allow_private_hosts: bool
    proxy: str
    contact: str
    arxiv_oai_url: str
    arxiv_rss_url: str
    hf_url: str
    request_pause: float
    model_dir: Path | None
    secret_key: str
    debug_sql: bool
    origin: Mapping[str, str]

    @property
    def index_dir(self) -> Path:
        """Directory of the search index."""
        return self.data / "index"

    @property
    def postgres(self) -> bool:
        """Whether the database is PostgreSQL."""
        return self.database_url.startswith("postgres")


def _from_toml(path: Path, faults: list[str]) -> dict[str, tuple[Any, str]]:
    try:
        loaded = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        faults.append(f"{path}: cannot be read as TOML ({problem}); correct or remove the file")
        return {}
    values = {}
    for name, value in loaded.items():
        if name not in _BY_NAME or name == "data":
            faults.append(f"{path}: `{name}` is not a setting; known ones: {', '.join(sorted(_BY_NAME))}")
        else:
            values[name] = (value, str(path))
    return values


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, tuple[Any, str]]:
    values: dict[str, tuple[Any, str]] = {}
    # Read by other parts, so not unknown: the file itself, the index generation used by tests, the worker's role.
    reserved = {"BROADSHEET_CONFIG"}
    for variable, value in environ.items():
        if not variable.startswith("BROADSHEET_") or variable in reserved:
            continue
        name = variable.removeprefix("BROADSHEET_").lower()
        if name in _BY_NAME:
            values[name] = (value, variable)
        elif name.endswith("_file") and name.removesuffix("_file") in _BY_NAME:
            try:
                values[name.removesuffix("_file")] = (Path(value).read_text("utf-8").strip(), variable)
            except OSError as problem:
                faults.append(f"{variable}: the file {value} cannot be read ({problem.strerror})")
        else:
            faults.append(f"{variable}: `{name}` is not a setting; known ones: {', '.join(sorted(_BY_NAME))}")
    return values


def load(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read all settings; raises :class:`ConfigError` with every fault at once."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    given = _from_environment(environ, faults)
    given.update(
        {name: (value, f"--{name.replace('_', '-')}") for name, value in (flags or {}).items() if value is not None}
    )
    data = Path(str(given["data"][0] if "data" in given else _default_data())).expanduser()
    toml = Path(environ.get("BROADSHEET_CONFIG") or data / "broadsheet.toml")
    given = {**_from_toml(toml, faults), **given}
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for setting in SETTINGS:
        default = setting.default() if callable(setting.default) else setting.default
        value, origin[setting.name] = given.get(setting.name, (default, "default"))
        try:
            values[setting.name] = setting.read(value)
        except (ValueError, TypeError):
            shown = "the given value" if setting.secret else repr(value)
            faults.append(
                f"{origin[setting.name]}: {shown} is not right for `{setting.name}`; expected {setting.expects}"
            )
    if faults:
        raise ConfigError(faults)
    assert {field.name for field in fields(Config)} == {*values, "origin"}
    return Config(**values, origin=origin)


_current: Config | None = None


def current() -> Config:
    """The settings of this process, read once."""
    global _current
    if _current is None:
        _current = load()
    return _current


def use(config: Config) -> None:
    """Make ``config`` the settings of this process (the command line does, before Django starts)."""
    global _current
    _current = config
    os.environ["BROADSHEET_DATA"] = str(config.data)
