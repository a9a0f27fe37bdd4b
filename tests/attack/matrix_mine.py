"""The rows of what is a reader's own: collections, notes, streams, what is followed, data in and out, my order."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from .matrix import Row


def _library() -> Any:
    return SimpleUploadedFile("library.bib", b"@article{a, title={Bridges sway, part 1}, eprint={2605.00001}}")


def _collections() -> list[Row]:
    shared, private = {"key": "@collection_shared"}, {"key": "@collection_private"}
    rows = []
    for variant, key, no, outside in (("shared", shared, "404", "403"), ("private", private, "404", "404")):
        anon = "door" if variant == "shared" else "404"
        for do in ("change", "remove", "out:@paper", "top:@paper", "remark:@paper"):
            rows.append(Row("collection", "POST", args=key, data={"do": do, "name": "Renamed", "note": "x"},
                            may="author", yes="go", no=no, anon=anon, outside=outside,
                            variant=f"{variant}-{do.partition(':')[0]}"))
    return [
        Row("collections", may="member", anon="door", no="403"),
        Row("collections", "POST", data={"name": "New one"}, may="member", yes="go", anon="door", no="403"),
        Row("collection", args=shared, variant="shared"),
        Row("collection", args=private, variant="private", may="author"),
        Row("collection", args={"key": "0000000000"}, variant="nothing", may="nobody"),
        Row("collection-papers", args={**shared, "ending": "bib"}, variant="shared"),
        Row("collection-papers", args={**private, "ending": "bib"}, variant="private", may="author"),
        Row("collection-papers", args={**private, "ending": "json"}, variant="private-json", may="author"),
        *rows,
    ]


def _streams() -> list[Row]:
    shared, private = {"key": "@stream_shared"}, {"key": "@stream_private"}
    wish = {"name": "New one", "wanted": "bridges", "do": "make"}
    rows = []
    for variant, key in (("shared", shared), ("private", private)):
        one: dict[str, Any] = {"args": key, "may": "author", "no": "404", "anon": "door", "outside": "403"}
        rows += [Row("stream-edit", variant=variant, **one),
                 Row("stream-edit", "POST", data=wish, yes="go", variant=variant, **one),
                 Row("stream-edit", "POST", data={"do": "remove"}, yes="go", variant=f"{variant}-remove", **one)]
    return [
        Row("streams", may="member", anon="door", no="403"),
        Row("stream-new", may="member", anon="door", no="403"),
        Row("stream-new", "POST", data=wish, may="member", yes="go", anon="door", no="403"),
        Row("stream-preview", "POST", data=wish, may="member", anon="door", no="403"),
        Row("stream", args=shared, variant="shared"),
        Row("stream", args=private, variant="private", may="author"),
        *rows,
    ]


def _rest() -> list[Row]:
    follow = {"do": "follow", "kind": "topic", "value": "bridges", "label": "Bridges"}
    seen = {"cookie": "ok", "blocked": "ok"}  # what is kept of a browser or of a blocked account is shown to it
    return [
        Row("keep", args={"key": "@paper"}, may="member", anon="door", no="403"),
        Row("keep", args={"key": "@hidden"}, may="nobody", variant="hidden", anon="door", outside="403"),
        Row("keep", "POST", args={"key": "@paper"}, data={"note": "Mine", "tags": "a"}, may="member", yes="go",
            anon="door", no="403"),
        Row("notes", may="member", anon="door", no="403"),
        Row("following", may="member", anon="door", no="403"),
        Row("following", "POST", data=follow, may="member", yes="go", anon="door", no="403"),
        Row("undo", may="member", anon="door", no="403", but=seen),
        Row("settings-feeds", may="member", anon="door", no="403"),
        Row("settings-feeds", "POST", data={"do": "renew"}, may="member", anon="door", no="403"),
        Row("settings-bibtex", may="member", anon="door", no="403", but=seen),
        Row("settings-import", "POST", data={"where": "collection", "file": _library}, may="member", anon="door",
            no="403"),
        Row("settings-leave", but={"stranger": "go", "local": "go"}),
        Row("settings-leave", "POST", data={"sure": "leave"}, yes="go"),
        Row("for-you"), Row("taste"), Row("taste-start"),
        Row("taste", "POST", data={"do": "reset"}, yes="go"),
        Row("taste-start", "POST", data={"asked0": "@paper", "q0": "@paper"}, yes="go"),
    ]


def _alerts() -> list[Row]:
    about = {"kind": "topic", "value": "bridges"}
    wish = {**about, "channel": "webhook", "target": "https://hooks.example.org/x", "mode": "once"}
    member: dict[str, Any] = {"may": "member", "anon": "door", "no": "403"}
    mine: dict[str, Any] = {"args": {"key": "@alert"}, "may": "author", "no": "404", "anon": "door", "outside": "403"}
    private: dict[str, Any] = {"may": "author", "no": "404", "anon": "door", "outside": "403"}
    acts = {"pause": "go", "resume": "go", "save": "go", "test": "go", "renew": "ok", "remove": "go"}
    return [
        Row("alerts", **member), Row("alert-new", query="?kind=topic&value=bridges", **member),
        Row("alert-new", "POST", data=wish, yes="ok", **member),
        Row("alert-new", "POST", data={**wish, "target": "exec://x"}, yes="422", variant="bad", **member),
        Row("alert-new", query="?kind=stream&value=@stream_private", variant="private", **private),
        Row("alert-new", "POST", data={**wish, "kind": "stream", "value": "@stream_private"}, yes="ok",
            variant="private", **private),
        Row("alert", **mine),
        *(Row("alert", "POST", data={"do": do}, yes=yes, variant=do, **mine) for do, yes in acts.items()),
    ]


ROWS: list[Row] = [*_collections(), *_streams(), *_alerts(), *_rest()]
