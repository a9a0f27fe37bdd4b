"""Settings of accounts: what is dangerous or half set refuses to start, with a sentence."""

from __future__ import annotations

import pytest

from broadsheet import config


def _faults(**given: str) -> list[str]:
    try:
        config.load(environ={"BROADSHEET_DATA": "/nowhere", **{f"BROADSHEET_{k.upper()}": v for k, v in given.items()}})
    except config.ConfigError as problem:
        return problem.faults
    return []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"login_header": "Remote-Email"}, "needs `trusted_proxies`"),
        ({"login_header": "Bad Header\r\n", "trusted_proxies": "10.0.0.1"}, "login_header"),
        ({"trusted_proxies": "somewhere"}, "trusted_proxies"),
        ({"oidc_url": "https://id.example.org"}, "go together"),
        ({"oidc_client": "x"}, "go together"),
        ({"oidc_url": "http://id.example.org", "oidc_client": "x"}, "oidc_url"),
        ({"oidc_url": "javascript:alert(1)", "oidc_client": "x"}, "oidc_url"),
        ({"registration": "everybody"}, "registration"),
        ({"privacy": "secret"}, "privacy"),
        ({"smtp_url": "mail.example.org"}, "smtp_url"),
    ],
)
def test_wrong_settings_refuse_to_start(given: dict[str, str], said: str) -> None:
    assert any(said in fault for fault in _faults(**given)), _faults(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"login_header": "Remote-Email", "trusted_proxies": "127.0.0.1, 10.0.0.0/8, fd00::/8"},
        {"oidc_url": "https://id.example.org/realms/one/", "oidc_client": "x", "oidc_secret": "y"},
        {"oidc_url": "http://localhost:8080", "oidc_client": "x"},
        {"registration": "open", "privacy": "members", "smtp_url": "smtps://me:p%40ss@mail.example.org"},
    ],
)
def test_right_settings_are_taken(given: dict[str, str]) -> None:
    assert _faults(**given) == []


def test_a_wrong_secret_is_not_repeated() -> None:
    assert "hunter2" not in " ".join(_faults(smtp_url="ftp://me:hunter2@mail.example.org"))
