"""The rows of the API: what a reader may do there, as JSON, by session or by a token that reaches so far."""

from __future__ import annotations

import json
from typing import Any

from .matrix import Row

PAPER, SHARED, PRIVATE = {"paper": "@path"}, {"collection": "@collection_shared"}, {"collection": "@collection_private"}
STREAM, HIDDEN_STREAM = {"stream": "@stream_shared"}, {"stream": "@stream_private"}
# A stranger is asked to sign in (401); who is known but may not is told so (403); the secret path only reads.
MEMBER: dict[str, Any] = {"may": "member", "anon": "401", "no": "403", "but": {"program": "403"}}


def _one(name: str, method: str = "GET", body: Any = None, **more: Any) -> Row:
    return Row(f"api-{name}", method, data=json.dumps(body) if body is not None else "" if method != "GET" else None,
               **more)


def _mine(name: str, method: str = "GET", body: Any = None, **more: Any) -> Row:
    return _one(name, method, body, **{**MEMBER, **more})


def _own(name: str, method: str, body: Any, args: dict[str, str], variant: str,
         refused: dict[str, str] | None = None, **more: Any) -> Row:
    """An act at a thing of the author's: not there for other readers."""
    return _one(name, method, body, args=args, variant=variant, may="author", anon="401", no="404", outside="403",
                but=refused or ({"program": "403"} if method == "GET" else {}), **more)


def _reading() -> list[Row]:
    hidden = {"paper": "@hidden_path"}
    rows = [_one(name) for name in ("site", "papers", "trending", "days", "fields", "formulas", "comments")]
    for name in ("abstract", "versions", "related", "citation", "votes", "paper_comments", "paper"):
        rows += [_one(name, args=PAPER), _one(name, args=hidden, variant="hidden", may="nobody")]
    return [
        *rows, _one("search", query="?q=bridges"), _one("edition", args={"day": "newest"}),
        _one("field", args={"field": "for-group"}), _one("topic_papers", args={"topic": "bridges"}),
        _one("author_papers", args={"author": "ada-lovelace"}),
        _one("organisation_papers", args={"organisation": "bridge-institute"}),
        _one("worked", args={**PAPER, "formula": "trending"}),
        _one("worked", args={**hidden, "formula": "trending"}, variant="hidden", may="nobody"),
        _one("comment", args={"comment": "@comment"}),
        _one("comment", args={"comment": "@comment_hidden"}, variant="hidden", may="author"),
        _one("comment", args={"comment": "@comment_gone"}, variant="gone", may="author"),
        _one("reader", args={"reader": "@author_slug"}),
        _one("reader", args={"reader": "@blocked_slug"}, variant="blocked", may="nobody"),
        _one("collection", args=SHARED), _one("collection", args=PRIVATE, variant="private", may="author"),
        _one("collected", args=SHARED), _one("collected", args=PRIVATE, variant="private", may="author"),
        _one("stream", args=STREAM), _one("stream", args=HIDDEN_STREAM, variant="private", may="author"),
        _one("me"), Row("api"), _one("openapi"),
    ]


def _acts() -> list[Row]:
    hidden, say = {"paper": "@hidden_path"}, {"text": "Well said."}
    rows = []
    for name, more in (("vote", {}), ("mark", {"mark": "saved"}), ("wish", {"wish": "more"})):
        for method in ("PUT", "DELETE"):
            rows += [_mine(name, method, args={**PAPER, **more}),
                     _mine(name, method, args={**hidden, **more}, variant="hidden", yes="404")]
    return [
        *rows,
        _mine("paper_comments", "POST", say, args=PAPER, yes="made"),
        _mine("paper_comments", "POST", say, args=hidden, variant="hidden", yes="404"),
        _own("comment", "PATCH", say, {"comment": "@comment"}, "edit"),
        _own("comment", "DELETE", None, {"comment": "@comment"}, "take-back"),
        _own("bring_back_comment", "PUT", None, {"comment": "@comment_gone"}, "bring-back"),
        _mine("settings"), _mine("settings", "PATCH", {"theme": "dark"}), _mine("export"),
        _mine("notifications"), _mine("seen", "PUT", {"up_to": 1}), _mine("name", "PUT", {"name": "Another Name"}),
        _mine("marks", args={"mark": "saved"}), _mine("follows"), _mine("saved"),
        _mine("move_saved", "PATCH", {"move": -1}, args={"paper": "@hidden_path"}, variant="hidden", yes="404"),
        _mine("follows", "POST", {"kind": "topic", "value": "bridges"}),
        _mine("follows", "DELETE", None, query="?kind=topic&value=bridges", yes="none"),
        _mine("done"), _mine("undo", "POST"),
    ]


def _things() -> list[Row]:
    at, wish = {"paper": "@path"}, {"name": "New one", "wanted": ["bridges"]}
    rows = []
    for word, key, stream in (("shared", SHARED, STREAM), ("private", PRIVATE, HIDDEN_STREAM)):
        rows += [
            _own("collection", "PATCH", {"name": "Renamed"}, key, word),
            _own("collection", "DELETE", None, key, word, yes="none"),
            _own("collected", "POST", {"papers": ["@second"]}, key, word),
            _own("change_collected", "PATCH", {"note": "x"}, {**key, **at}, word),
            _own("change_collected", "DELETE", None, {**key, **at}, word, yes="none"),
            _own("stream", "PATCH", {"cap": 5}, stream, word),
            _own("stream", "DELETE", None, stream, word, yes="none"),
        ]
    return [
        *rows, _mine("note", args=PAPER), _mine("note", args={"paper": "@hidden_path"}, variant="hidden", yes="404"),
        _mine("note", "PUT", {"text": "Mine"}, args=PAPER), _mine("notes"), _mine("collections"),
        _mine("collections", "POST", {"name": "New one"}, yes="made"), _mine("streams"),
        _mine("streams", "POST", wish, yes="made"),
    ]


def _later() -> list[Row]:
    """What landed last: submissions, claims, reports, mail, my order; and what editors and moderators do."""
    at, hidden, day = {"paper": "@path"}, {"paper": "@hidden_path"}, {"day": "@day"}
    report = {"subject": "comment:@comment", "reason": "Rude."}

    def kept(capability: str, name: str, method: str = "GET", body: Any = None, **more: Any) -> Row:
        return _mine(name, method, body, **{"may": capability, **more})

    return [
        _one("submission", args=at), _one("submission", args=hidden, variant="hidden", may="nobody"),
        _mine("take_back_submission", "DELETE", args={"paper": "@second"}, no="404", outside="403", may="author"),
        _mine("submissions"), _mine("look_up", "POST", {"what": "arXiv:2605.00001"}),
        _mine("submit", "POST", {"paper": "@path", "note": "Read it."}, yes="made"),
        _mine("submit", "POST", {"paper": "@hidden_path"}, variant="hidden", yes="404"),
        _mine("claim", args=at), _mine("claim", "PUT", {"position": 1}, args=at),
        _mine("claim", "PUT", {"position": 1}, args=hidden, variant="hidden", yes="404"),
        _mine("claim", "DELETE", args=at, yes="none"),
        _mine("report", "POST", report, yes="made", but={"program": "403", "author": "422"}),
        _mine("report", "POST", {**report, "subject": "comment:@comment_hidden"}, variant="hidden", yes="404"),
        _mine("for_you"), _mine("learned"), _mine("learned", "POST", {"do": "strike", "line": "all"}),
        _mine("library"), _mine("mail"), _mine("mail", "POST", {"kind": "site"}, yes="made", but={
            "program": "403", "token-act": "made", "local": "422"}),
        _own("mail", "POST", {"kind": "collection", "value": "@collection_private"}, {}, "private", yes="made",
             refused={"local": "422"}),
        _own("change_mail", "PATCH", {"cadence": "weekly"}, {"number": "@mail_row"}, "change"),
        _own("change_mail", "DELETE", None, {"number": "@mail_row"}, "stop", yes="none"),
        _one("stream_papers", args=STREAM), _one("stream_papers", args=HIDDEN_STREAM, variant="private", may="author"),
        _mine("preview_stream", "POST", {"wanted": ["bridges"]}),
        kept("curate", "curated", args=day), kept("curate", "curated", "DELETE", args=day),
        kept("curate", "pin", "PUT", {"act": "pin", "place": 0}, args={**day, **at}),
        kept("curate", "pin", "PUT", {"act": "drop"}, args={**day, **hidden}, variant="hidden", yes="404"),
        kept("curate", "move", "PUT", {"day": "@tomorrow"}, args=at),
        kept("curate", "write_day", "PUT", {"headline": "Bridges", "note": "They sway."}, args=day),
        kept("curate", "claims"), kept("curate", "decide_claim", "PUT", {"state": "confirmed"},
                                       args={"claim": "@claim"}),
        kept("moderate", "report"), kept("moderate", "log"),
        kept("moderate", "moderate", "POST", {**report, "do": "hide"}),
        kept("moderate", "moderate", "POST", {**report, "do": "block"}, variant="block"),
        kept("moderate", "undo_logged", "POST", args={"entry": "@audit"}, yes="403"),
    ]


def _alerts() -> list[Row]:
    one = {"alert": "@alert"}
    body = {"kind": "topic", "value": "bridges", "channel": "webhook", "target": "https://hooks.example.org/y"}
    return [
        _mine("alerts"), _mine("alerts", "POST", body, yes="made"),
        _own("alerts", "POST", {**body, "kind": "stream", "value": "@stream_private"}, {}, "private", yes="made"),
        _own("alert", "GET", None, one, "own"), _own("alert", "PATCH", {"paused": True}, one, "pause"),
        _own("alert", "DELETE", None, one, "remove", yes="none"), _own("deliveries", "GET", None, one, "own"),
        _own("test_alert", "POST", None, one, "test"), _own("renew_alert_secret", "POST", None, one, "renew"),
    ]


ROWS: list[Row] = [*_reading(), *_acts(), *_things(), *_alerts(), *_later()]
