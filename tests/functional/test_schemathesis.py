"""schemathesis, written by others, against the running application: no fault of ours, every answer as described."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.checks import FailureGroup
from schemathesis.config import SchemathesisConfig
from schemathesis.core.control import SkipTest
from tests.support import api
from tests.support.accounts import site
from tests.support.counts import examples

from broadsheet.api import dispatch
from broadsheet.search import service as search
from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> api.World:
    """A site that anybody reaches, with its index, where nobody asks too often."""
    site(monkeypatch, data=tmp_path)
    monkeypatch.setattr(search, "_embedder", search.Embedder(full=False))
    monkeypatch.setattr(dispatch, "_buckets", limits.Buckets(1e9, 1e9))
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))
    made = api.world()
    api.indexed()
    return made


def _each(check: Callable[[Any, st.DataObject], None], mode: GenerationMode, tries: int) -> None:
    """Call ``check`` with ``tries`` generated cases of every operation."""
    config = SchemathesisConfig.from_dict({"generation": {"mode": mode.value}})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)
    found, faults = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        found += 1

        @settings(max_examples=tries, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
                  suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def run(case: Any, data: st.DataObject) -> None:
            check(case, data)

        try:
            run()
        except SkipTest:  # nothing can be wrong with it: no parameter, or any text will do
            assert mode is GenerationMode.NEGATIVE and not operation.query and not operation.body, operation.label
        except (FailureGroup, ExceptionGroup, AssertionError) as failure:
            faults.append(f"{operation.label}: {failure}\n{getattr(failure, 'exceptions', '')}")
    assert not faults, "\n\n".join(faults)
    assert found == len(api.OPERATIONS)


def _headers(world: api.World, data: st.DataObject, tokens: dict[str, str]) -> dict[str, str]:
    who = data.draw(st.sampled_from(["ada", "ada", "bo", "moderator", "reading", "stranger", "wrong"]))
    plain = {"Accept-Encoding": "identity"}  # the transport unpacks nothing
    return {**plain, "Authorization": f"Bearer {tokens[who]}"} if who != "stranger" else plain


def _tokens(world: api.World) -> dict[str, str]:
    return {"ada": api.token(world.ada), "bo": api.token(world.bo), "reading": api.token(world.ada, "read"),
            "moderator": api.token(world.moderator, "read", "act", "moderate"), "wrong": "bsh_wrong"}


def _known(names: tuple[str, ...]) -> list[Any]:
    return [checks.CHECKS.get_one(name) for name in names]


def test_generated_requests_are_answered_as_described(world: api.World) -> None:
    tokens = _tokens(world)
    always = _known(("not_a_server_error", "status_code_conformance", "content_type_conformance",
                     "response_schema_conformance", "response_headers_conformance"))

    def check(case: Any, data: st.DataObject) -> None:
        if data.draw(st.booleans()):  # half of them at things that there are
            for name in case.path_parameters:
                case.path_parameters[name] = world.place(name)
        case.call_and_validate(headers=_headers(world, data, tokens), checks=always)

    _each(check, GenerationMode.POSITIVE, examples(2, 60))


def test_wrong_requests_are_refused(world: api.World) -> None:
    tokens = _tokens(world)
    always = _known(("not_a_server_error", "content_type_conformance", "response_schema_conformance",
                     "negative_data_rejection"))

    def check(case: Any, data: st.DataObject) -> None:
        case.call_and_validate(headers=_headers(world, data, tokens), checks=always)

    _each(check, GenerationMode.NEGATIVE, examples(1, 60))
