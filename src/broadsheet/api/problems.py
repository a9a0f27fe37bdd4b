"""What went wrong, as RFC 9457 says it: ``{"type", "title", "status", "detail"}``."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
# Stable names of problems; ``about:blank`` would say nothing that the status does not.
TITLES = {
    "parameter": "A parameter cannot be used", "body": "The body cannot be used",
    "not-found": "There is nothing of this name", "method": "This address does not know this method",
    "not-acceptable": "This cannot be sent in that form", "sign-in": "A token or a session is needed",
    "not-allowed": "This is not allowed", "form-token": "The token of forms is missing or old",
    "refused": "The act was refused", "too-fast": "Too many requests", "unavailable": "This cannot be answered now",
    "too-large": "The body is too large", "media-type": "The body is of a kind that is not read here",
    "fault": "The fault is ours", "conflict": "Something else stands there",
}


class Problem(Exception):
    """An answer that ends a request. ``name``: one of ``TITLES``; ``more``: further members of the object."""

    def __init__(self, status: int, name: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.name, self.detail, self.more = status, name, detail, more
        assert name in TITLES


def parameter(name: str, expected: str) -> Problem:
    """400: the parameter ``name`` should have been ``expected``."""
    return Problem(400, "parameter", f"{name}: {expected}", parameter=name)


def not_found(what: str = "Nothing of this name is here, or it is not for you.") -> Problem:
    """404, also where it must not be told that something exists."""
    return Problem(404, "not-found", what)


def body_of(status: int, name: str, detail: str, **more: Any) -> dict[str, Any]:
    """The object of a problem."""
    return {"type": f"/api#{name}", "title": TITLES.get(name) or HTTPStatus(status).phrase, "status": status,
            "detail": detail, **more}


def response_of(problem: Problem) -> HttpResponse:
    """The answer for a problem; nobody keeps it."""
    status = problem.status
    response = HttpResponse(
        orjson.dumps(body_of(status, problem.name, problem.detail, **problem.more)), status=status,
        content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Broadsheet"'
    if "retry_after" in problem.more:
        response["Retry-After"] = str(problem.more["retry_after"])
    # What the huggingface_hub client prints.
    response["X-Error-Message"] = re.sub(r"[^\x20-\x7e]+", " ", problem.detail)[:300]
    return response
