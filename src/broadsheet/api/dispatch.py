"""From a request to its operation: who may, what was given, what is done, and the answer."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers

from ..errors import BroadsheetError, UsageError
from ..readers.limits import TooMany
from ..readers.votes import NotAllowed
from ..web import limits
from ..web.frontpage import now
from ..web.middleware import ReaderMiddleware
from ..web.visits import Visit, visit_of
from . import problems, shapes
from .call import Call, Reply
from .operations.model import Operation, Param
from .problems import Problem
from .schemas import SCHEMAS

log = logging.getLogger("broadsheet.api")
LARGEST_BODY = 2_500_000  # bytes
BURST, RATE = 300.0, 20.0  # requests at once, and a second afterwards, of one token or session
_buckets: limits.Buckets | limits.SharedBuckets | None = None


def answer(request: HttpRequest, operations: Mapping[str, Operation], in_path: Mapping[str, str]) -> HttpResponse:
    """Answer a request at one path, with its operations by method."""
    visit = visit_of(request)
    try:
        left: float | None = _take(request, visit)
        response = _answer(request, visit, operations, in_path)
    except Problem as problem:
        left = None if problem.status == 429 else _peek(request, visit)
        response = problems.response_of(problem)
    patch_vary_headers(response, ("Authorization",))
    if left is not None:
        burst, rate = (BURST, RATE) if visit.personal else (limits.BURST, limits.RATE)
        response["RateLimit-Limit"], response["RateLimit-Remaining"] = str(int(burst)), str(int(left))
        response["RateLimit-Reset"] = str(math.ceil((burst - left) / rate))
    return response


def _answer(
    request: HttpRequest, visit: Visit, operations: Mapping[str, Operation], in_path: Mapping[str, str],
) -> HttpResponse:
    method = "GET" if request.method == "HEAD" else str(request.method)
    allowed = ", ".join(sorted({*operations, "OPTIONS", *(("HEAD",) if "GET" in operations else ())}))
    if method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Allow"] = allowed
        return response
    operation = operations.get(method)
    if operation is None:
        refused = problems.response_of(Problem(405, "method", f"{method[:20]} is not known here; known: {allowed}."))
        refused["Allow"] = allowed
        return refused
    _may(request, visit, operation)
    call = Call(request, visit, operation, _given(request, operation, in_path), _body(request, operation), now())
    try:
        return _response(operation, _function(operation)(call))
    except Http404 as missing:
        raise problems.not_found(str(missing) or "There is nothing of this name here.") from missing
    except TooMany as problem:
        raise Problem(429, "too-fast", str(problem), retry_after=600) from problem
    except NotAllowed as problem:
        raise Problem(403, "refused", str(problem)) from problem
    except UsageError as problem:
        raise Problem(422, "refused", str(problem)) from problem
    except BroadsheetError as problem:
        raise Problem(503, "unavailable", str(problem), retry_after=10) from problem


def _function(operation: Operation) -> Callable[[Call], Any]:
    module, _, name = operation.does.rpartition(".")
    function: Callable[[Call], Any] = getattr(import_module(f"{__package__}.handlers.{module}"), name)
    return function


def _response(operation: Operation, said: Any) -> HttpResponse:
    reply = said if isinstance(said, Reply) else Reply(said, operation.status)
    if reply.body is None:
        response = HttpResponse(status=204)
    else:
        response = HttpResponse(orjson.dumps(reply.body), status=reply.status,
                                content_type="application/json; charset=utf-8")
    for name, value in reply.headers.items():
        response[name] = value
    if operation.acts:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _may(request: HttpRequest, visit: Visit, operation: Operation) -> None:
    """401 for strangers, 403 for those known who may not, 403 without the token of forms where a cookie speaks."""
    if not visit.can(operation.capability):
        if visit.account is not None or visit.bearer or visit.secret:
            raise Problem(403, "not-allowed", f"This needs the capability “{operation.capability}”, which this "
                          f"{'token' if visit.bearer else 'path' if visit.secret else 'account'} does not have. "
                          "Nothing was done.")
        raise Problem(401, "sign-in", "Send a token (Authorization: Bearer …), or sign in. Nothing was done.")
    if operation.acts and not visit.bearer and _Forms(_nothing).refuses(request):
        raise Problem(403, "form-token", "Acts of a session carry the header X-CSRFToken: `form_token` of "
                      "/api/v1/me. Nothing was done.")


class _Forms(CsrfViewMiddleware):
    """Django's own check, asked when it is known who acts."""

    def refuses(self, request: HttpRequest) -> bool:
        """Whether the token of forms is missing, wrong, or the request came from another site."""
        self.process_request(request)
        return self.process_view(request, _nothing, (), {}) is not None

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _given(request: HttpRequest, operation: Operation, in_path: Mapping[str, str]) -> dict[str, Any]:
    """Parameters of path and query, read and checked; unknown ones are refused, so that a slip is never ignored."""
    known = {param.name: param for param in operation.params}
    for name in request.GET:
        if name not in known:
            raise Problem(400, "parameter", f"{name[:60]}: there is no such parameter; known: "
                          f"{', '.join(known) or 'none'}", parameter=name[:60])
    given: dict[str, Any] = {}
    for name, value in in_path.items():
        if not value or len(value) > 600 or "\0" in value:
            raise problems.not_found()
        given[name] = unquote(value) if "%" in value else value
    for name, param in known.items():
        if name in request.GET:
            given[name] = _read(param, request.GET[name])
        elif param.required:
            raise problems.parameter(name, "is missing")
        else:
            given[name] = param.shape.get("default")
    return given


def _read(param: Param, text: str) -> Any:
    kind = param.shape["type"]
    value: Any = text.replace("\0", " ")
    if kind == "integer":
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise problems.parameter(param.name, "a whole number")
        value = int(text)
    elif kind == "boolean":
        if text not in {"true", "false"}:
            raise problems.parameter(param.name, "true or false")
        value = text == "true"
    if said := shapes.fault(param.shape, value, SCHEMAS, param.name):
        raise Problem(400, "parameter", said, parameter=param.name)
    return value


def _body(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    if not operation.body:
        return {}
    kind = request.content_type or ""
    if kind not in {"application/json", ""} and not kind.endswith("+json"):
        raise Problem(415, "media-type", f"{kind[:80]} is not read here; send application/json. Nothing was done.")
    try:
        raw = request.body
    except (RequestDataTooBig, UnreadablePostError) as problem:
        raise Problem(413, "too-large", "The body is too large, or broke off. Nothing was done.") from problem
    if len(raw) > LARGEST_BODY:
        raise Problem(413, "too-large", f"At most {LARGEST_BODY:,} bytes. Nothing was done.")
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError as problem:
        raise Problem(400, "body", f"This is not JSON: {problem}. Nothing was done.") from problem
    if not isinstance(body, dict):
        raise Problem(400, "body", "the body: expected object. Nothing was done.")
    if said := shapes.fault(SCHEMAS[operation.body], body, SCHEMAS):
        raise Problem(400, "body", f"{said}. Nothing was done.")
    return body


# -- how often ------------------------------------------------------------------------------------------------------

def _caller(request: HttpRequest, visit: Visit) -> str:
    if visit.token is not None:
        return f"token {visit.token.pk}"
    return f"reader {visit.reader.pk}" if visit.reader is not None else limits.client_of(request)


def _own() -> limits.Buckets | limits.SharedBuckets:
    """Buckets of callers who are known; those of strangers are the walkers' (``web/limits.py``)."""
    global _buckets
    if _buckets is None:
        _buckets = limits.shared("callers", BURST, RATE)
    return _buckets


def _take(request: HttpRequest, visit: Visit) -> float | None:
    if not visit.personal:
        return _peek(request, visit)  # the middleware has taken it already
    wait = _own().take(_caller(request, visit))
    if wait:
        raise Problem(429, "too-fast", f"{BURST:.0f} requests at once and {RATE:.0f} a second are the most. Nothing "
                      "was done; go on in a moment.", retry_after=max(1, math.ceil(wait)))
    return _peek(request, visit)


def _peek(request: HttpRequest, visit: Visit) -> float:
    if visit.personal:
        return _own().left(_caller(request, visit))
    return ReaderMiddleware.buckets.left(limits.client_of(request))
