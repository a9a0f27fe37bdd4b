"""Every cell of the permission matrix; an address of the site that is missing from the table is a fault."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.urls import get_resolver
from tests.support import people

from broadsheet import config

from . import matrix

pytestmark = pytest.mark.django_db


def names() -> set[str]:
    """Names of all addresses."""
    return {str(pattern.name) for pattern in get_resolver().url_patterns}


def _id(row: matrix.Row) -> str:
    return f"{row.method}-{row.name}" + (f"-{row.variant}" if row.variant else "")


def test_no_address_is_missing_and_none_is_double() -> None:
    known = {row.name for row in matrix.rows()}
    assert names() - known == set(), "addresses that the matrix does not know"
    assert known - names() == set(), "rows without an address"
    ids = [_id(row) for row in matrix.rows()]
    assert sorted(ids) == sorted(set(ids))
    assert all(pattern.name for pattern in get_resolver().url_patterns), "an address without a name"
    done = {(row.name, row.method) for row in matrix.rows()}
    for pattern in get_resolver().url_patterns:
        wanted = getattr(pattern.callback, "operations", ())
        assert {(pattern.name, method) for method in wanted} <= done, "an operation of the API without a row"
    for row in matrix.rows():
        assert set(row.but) <= set(people.PERSONAS), row


@pytest.mark.parametrize("privacy", ["open", "members"])
@pytest.mark.parametrize("row", matrix.rows(), ids=_id)
def test_cell(row: matrix.Row, privacy: str, world: people.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_current", replace(config.current(), privacy=privacy))
    wrong = []
    place = matrix.place_of(row, world.things)
    for persona in people.PERSONAS:
        answer = world.ask(persona, row.method, place, matrix.filled(row.data, world.things))
        got = matrix.told(answer.status_code, answer.headers.get("Location", ""))
        want = matrix.expected(row, place.partition("?")[0], persona, privacy)
        if got != want:
            wrong.append(f"{persona}: {got}, not {want} {answer.headers.get('Location', '')}")
        refused = got not in {"ok", "made", "none", "go"}
        if (row.method == "GET" or refused) and world.written:
            wrong.append(f"{persona}: answered {got} and wrote {world.written}")
        wrong += [f"{persona}: {fault}" for fault in _headers(answer)]
    assert not wrong, f"{row.method} {place} on a site that is {privacy}:\n" + "\n".join(wrong)


def _headers(answer: Any) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    faults = []
    whole = "frame-ancestors" in policy and "base-uri 'none'" in policy and "form-action" in policy
    if "default-src 'none'" not in policy or not (whole or policy.endswith("; sandbox")):
        faults.append(f"policy {policy!r}")
    script = re.search(r"script-src([^;]*)", policy)
    if script and ("unsafe" in script.group(1) or "*" in script.group(1) or "data:" in script.group(1)):
        faults.append(f"policy allows scripts: {policy!r}")
    if "unsafe" in policy and "sandbox" not in policy:
        faults.append(f"policy {policy!r}")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("no nosniff")
    if answer.status_code >= 500:
        faults.append(f"{answer.status_code}: {answer.content[:300]!r}")
    return faults
