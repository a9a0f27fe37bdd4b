"""Deployment settings: one frozen object, read from environment, one TOML file and flags, in that order of weight.

Later beats earlier: defaults < TOML file < environment < flags. Unknown or wrong keys refuse to start; all
faults are told at once, each with where it came from and what would be right. Secrets may be given by file
(``BROADSHEET_..._FILE``). Site choices (name, fields, interests) are rows in the database, not settings; but the
file's table ``[site]`` may fix ``name``, ``group``, ``language``, ``interests`` and ``sections``, which then win over
the rows.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from . import config_values as kind
from .errors import BroadsheetError

# Languages of the interface, each by its own name, as a reader looks for it (``languages.py``).
LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}


class ConfigError(BroadsheetError):
    """One or more settings are unknown or wrong. ``faults`` holds one sentence each."""

    exit_code = 2

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
    Setting("port", kind.port, 8474, "Port to listen on; 0 takes a free one.", "a number from 0 to 65535"),
    Setting(
        "site_url",
        kind.web,
        "",
        "Public address of the site, used in links that leave the page.",
        "an address, such as https://papers.example.org",
    ),
    Setting(
        "allowed_hosts", kind.words, (), "Host names that may be asked for, besides loopback names.", "a list of names"
    ),
    Setting(
        "database_url",
        kind.database,
        "",
        "Database; empty means SQLite in the data directory.",
        "postgresql://user@host/name",
        secret=True,
    ),
    Setting("timezone", kind.zone, "UTC", "What 'today' and 'next at 06:00' mean.",
            "an IANA name, such as Europe/Berlin"),
    Setting("web_workers", kind.positive, min(2, os.cpu_count() or 1), "Web processes.", "a number from 1"),
    Setting("offline", kind.flag, False, "Never ask another host.", "true or false"),
    Setting("allow_private_hosts", kind.flag, False, "Let harvests reach private and loopback addresses.",
            "true or false"),
    Setting("proxy", kind.proxy, "", "HTTP proxy for everything that leaves the machine.", "http://host:port",
            secret=True),
    Setting("contact", kind.line, "", "Address of the keeper, told to the sources that are asked.", "a mail address"),
    Setting("arxiv_oai_url", kind.web, "https://oaipmh.arxiv.org/oai", "Address of arXiv's OAI-PMH service.",
            "an address, with https://"),
    Setting("arxiv_rss_url", kind.web, "https://rss.arxiv.org/rss", "Address of arXiv's RSS service.",
            "an address, with https://"),
    Setting("hf_url", kind.web, "https://huggingface.co", "Address of Hugging Face.", "an address, with https://"),
    Setting("crossref_url", kind.web, "https://api.crossref.org", "Address of Crossref's service, asked for a "
            "submitted DOI.", "an address, with https://"),
    Setting("datacite_url", kind.web, "https://api.datacite.org", "Address of DataCite's service, asked for a DOI that "
            "Crossref does not know.", "an address, with https://"),
    Setting("request_pause", kind.seconds, 3.0, "Seconds between two requests to one host.",
            "a number from 0 to 3600"),
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
    Setting("privacy", kind.one_of("open", "members"), "open", "Who may read: everybody, or members only.",
            "open or members"),
    Setting("registration", kind.one_of("closed", "invitation", "open"), "invitation",
            "How accounts come about: by administrators only, by invitation, or by everybody.",
            "closed, invitation or open"),
    Setting("smtp_url", kind.mail_server, "", "Mail server; empty means that no mail is sent.",
            "smtp://user:password@host:587 (STARTTLS), smtps://...:465, or smtp+plain://...:25", secret=True),
    Setting("mail_from", str, "", "Sender of mail; empty means broadsheet@ the host of site_url.", "a mail address"),
    Setting("smtp_ca", lambda v: Path(str(v)).expanduser() if str(v) else None, "",
            "Certificate of the authority that signed the mail server’s, where it is one of your own.", "a path"),
    Setting("mail_per_minute", kind.positive, 300, "Mails handed to the server in a minute, at most.",
            "a number from 1"),
    Setting("alert_networks", kind.networks, (), "Private networks that alerts may go to; without it none.",
            "a list of addresses or networks, such as 10.1.2.0/24"),
    Setting("alert_schemes", kind.schemes, (), "More of Apprise's services for readers, besides those listed for them.",
            "a list of schemes, such as bark, lark"),
    Setting("trusted_proxies", kind.networks, (), "Addresses of the proxies in front, whose headers are believed.",
            "a list of addresses or networks, such as 127.0.0.1, 10.0.0.0/8"),
    Setting("login_header", kind.header, "",
            "Header in which a trusted proxy names the signed-in reader by mail address.",
            "the name of a header, such as Remote-Email"),
    Setting("oidc_url", kind.https, "", "Address of the OpenID Connect provider (its issuer).", "an https address"),
    Setting("oidc_client", str, "", "Client id of this site at the OpenID Connect provider.", "a text"),
    Setting("oidc_secret", str, "", "Client secret of this site at the OpenID Connect provider.", "a text",
            secret=True),
    Setting("oidc_name", str, "OpenID Connect", "What the sign-in page calls the provider.", "a name"),
    Setting("oidc_signup", kind.flag, True,
            "Whom the provider knows may make an account, whatever `registration` says.",
            "true or false"),
    Setting("debug_sql", kind.flag, False, "Log SQL statements.", "true or false"),
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
    crossref_url: str
    datacite_url: str
    request_pause: float
    model_dir: Path | None
    secret_key: str
    privacy: str
    registration: str
    smtp_url: str
    mail_from: str
    smtp_ca: Path | None
    mail_per_minute: int
    alert_networks: tuple[str, ...]
    alert_schemes: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    login_header: str
    oidc_url: str
    oidc_client: str
    oidc_secret: str
    oidc_name: str
    oidc_signup: bool
    debug_sql: bool
    origin: Mapping[str, str]
    site: Mapping[str, Any] = field(default_factory=dict)

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
        if name == "site":
            values[name] = (_site(value, path, faults), str(path))
        elif name not in _BY_NAME or name == "data":
            faults.append(f"{path}: `{name}` is not a setting; known ones: {', '.join(sorted(_BY_NAME))}")
        else:
            values[name] = (value, str(path))
    return values


def _site(table: Any, path: Path, faults: list[str]) -> dict[str, Any]:
    """The table ``[site]``, checked, as the rows of site choices hold it."""
    made: dict[str, Any] = {}
    for name, value in (table.items() if isinstance(table, dict) else [("", table)]):
        if isinstance(value, str) and (name in ("name", "group") or (name == "language" and value in LANGUAGES)):
            made[name] = value
        elif name == "interests" and isinstance(value, dict) and set(value) <= {"words", "categories"} and all(
            _texts(part) for part in value.values()
        ):
            made[name] = {"words": value.get("words", []), "categories": value.get("categories", [])}
        elif name == "sections" and isinstance(value, dict) and value and all(_texts(part) for part in value.values()):
            made[name] = [{"name": section, "categories": part} for section, part in value.items()]
        else:
            faults.append(
                f"{path}: `site.{name}` is not right; `[site]` has `name` and `group` (texts), "
                f"`language` (one of {', '.join(LANGUAGES)}), `interests` with "
                "`words` and `categories` (lists of texts), and `sections`, each a name with a list of categories"
            )
    return made


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


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


def _together(values: Mapping[str, Any], origin: Mapping[str, str]) -> list[str]:
    """Faults of settings that are right alone and wrong together."""
    faults = []
    if values.get("login_header") and not values.get("trusted_proxies"):
        faults.append(f"{origin['login_header']}: `login_header` needs `trusted_proxies`, or anybody could sign in as "
                      "anybody; name the proxy's address there")
    if bool(values.get("oidc_url")) != bool(values.get("oidc_client")):
        faults.append(f"{origin['oidc_url']}: `oidc_url` and `oidc_client` go together; set both or none")
    return faults


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
    site, site_origin = given.pop("site", ({}, "default"))
    origin: dict[str, str] = {"site": site_origin}
    values: dict[str, Any] = {}
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
    faults.extend(_together(values, origin))
    if faults:
        raise ConfigError(faults)
    assert {one.name for one in fields(Config)} == {*values, "origin", "site"}
    return Config(**values, origin=origin, site=site)


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
