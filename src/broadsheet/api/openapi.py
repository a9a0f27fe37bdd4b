"""The OpenAPI 3.1 description, made from the table of operations: there is no second list of what there is."""

from __future__ import annotations

from typing import Any

from .. import __version__
from . import problems
from .operations import OPERATIONS
from .operations.model import Operation
from .schemas import SCHEMAS
from .shapes import KEY, Shape, number, one_of, ref, text

_IN_PATH: dict[str, tuple[Shape, str]] = {
    "paper": (text(600, 1), "A paper by key, identifier (2405.00001, doi/10.1000/xyz) or what follows /papers/."),
    "day": (text(10, 1), "A day, as in 2026-05-12, or newest."),
    "mark": (one_of("read", "saved", "hidden"), "The mark."),
    "wish": (one_of("more", "less"), "More like this, or not for me."),
    "comment": (KEY, "The key of a comment."), "collection": (KEY, "The key of a collection."),
    "stream": (KEY, "The key of a stream."), "alert": (KEY, "The key of an alert."),
    "formula": (text(40, 1), "The name of a formula."),
    "field": (text(80, 1), "The slug of a field."), "topic": (text(300, 1), "A topic's slug, or a category."),
    "author": (text(300, 1), "A name as its page's address has it."),
    "organisation": (text(300, 1), "A name as its page's address has it."),
    "reader": (text(60, 1), "A reader's name in addresses."),
    "claim": (number(1, 2**53), "The number of a claim."), "entry": (number(1, 2**53), "The number of an entry."),
    "number": (number(1, 2**53), "The number of a mail."),
}
_SAID = {
    200: "Done.", 201: "Made.", 204: "Done; there is nothing to say.", 304: "Unchanged since the ETag given.",
    400: "A parameter or the body cannot be used.", 401: "A token or a session is needed, or the token is wrong.",
    403: "Not allowed to this reader or token.", 404: "Nothing of this name is here, or it is not for you.",
    413: "The body is too large.", 415: "The body is not JSON.", 422: "The act was refused; the detail says why.",
    429: "Too many requests; Retry-After says when to go on.", 503: "This cannot be answered now.",
}
INTRODUCTION = (
    "Everything a reader can see and do. Send a token as `Authorization: Bearer bsh_…`; a page of the site itself may "
    "use its session, and then acts carry `X-CSRFToken` (the `form_token` of `/me`). Lists go on with `cursor`, the "
    "`next` of the answer before. Answers carry an ETag; send it back as If-None-Match. `RateLimit-*` headers say how "
    "many requests are left. Faults are objects of RFC 9457. What must stay secret is answered as what does not exist.")


def describe(server: str = "") -> dict[str, Any]:
    """The whole description. ``server``: the address of the site, without a slash at its end."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Broadsheet", "version": __version__, "summary": "A newspaper of science, for programs.",
                 "description": INTRODUCTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": f"{server}/api/v1"}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token of /account/tokens."},
                "session": {"type": "apiKey", "in": "cookie", "name": "broadsheet_session"},
            },
            "headers": {
                "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Requests that may come at once."},
                "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Requests left now."},
                "RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until all are back."},
            },
        },
        "security": [{"token": []}, {"session": []}, {}],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name, "tags": [operation.tag], "summary": operation.summary,
        "description": " ".join(filter(None, (operation.detail, f"Needs the capability `{operation.capability}`."))),
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _IN_PATH[name][0],
               "description": _IN_PATH[name][1]} for name in operation.in_path),
            *({"name": one.name, "in": "query", "required": one.required, "schema": one.shape,
               "description": one.what} for one in operation.params)],
        "responses": {str(status): _response(operation, status) for status in statuses(operation)},
    }
    if operation.acts or operation.capability != "read":
        made["security"] = [{"token": []}, {"session": []}]
    if operation.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(operation.body)}}}
    return made


def statuses(operation: Operation) -> list[int]:
    """All statuses that an operation may answer with."""
    found = {operation.status, 401, 403, 429, *operation.problems, 400}
    if not operation.acts:
        found.add(304)
    if operation.in_path:
        found.add(404)
    if operation.body:
        found |= {404, 413, 415}
    return sorted(found)


def _response(operation: Operation, status: int) -> dict[str, Any]:
    made: dict[str, Any] = {"description": _SAID[status]}
    if status < 300 and operation.answer:
        made["content"] = {"application/json": {"schema": ref(operation.answer)}}
    elif status >= 400:
        made["content"] = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    if status != 429:
        made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in (
            "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")}
    return made
