"""The rows of submitting, claiming, reporting, moderating and curating."""

from __future__ import annotations

from typing import Any

from .matrix import Row

MEMBER: dict[str, Any] = {"may": "member", "anon": "door", "no": "403"}


def _raising() -> list[Row]:
    mine: dict[str, Any] = {
        "args": {"number": "@submission"}, "may": "author", "no": "404", "anon": "door", "outside": "403"}
    reason = {"subject": "comment:@comment", "reason": "Rude."}
    return [
        Row("submit", **MEMBER), Row("submit", query="?paper=@paper", variant="paper", **MEMBER),
        Row("submit", query="?paper=@hidden", variant="hidden", yes="404", **MEMBER),
        Row("submit", "POST", data={"do": "look", "what": "arXiv:2605.00001"}, variant="look", **MEMBER),
        Row("submit", "POST", data={"do": "raise", "paper": "@paper", "note": "Read it."}, yes="go", **MEMBER),
        Row("submit", "POST", data={"do": "raise", "paper": "@hidden"}, variant="hidden", yes="422", **MEMBER),
        Row("submission", "POST", data={"do": "take-back"}, yes="go", **mine),
        Row("submission", "POST", data={"do": "bring-back"}, variant="bring-back", yes="go", **mine),
        Row("claim", args={"key": "@paper"}, **MEMBER),
        Row("claim", args={"key": "@hidden"}, variant="hidden", yes="404", **MEMBER),
        Row("claim", "POST", args={"key": "@paper"}, data={"position": "1"}, yes="go", **MEMBER),
        Row("claim", "POST", args={"key": "@hidden"}, data={"position": "1"}, variant="hidden", yes="404", **MEMBER),
        Row("report", query="?subject=comment:@comment", **MEMBER),
        Row("report", query="?subject=comment:@comment_hidden", variant="hidden", yes="404", **MEMBER),
        Row("report", query="?subject=paper:@hidden", variant="hidden-paper", yes="404", **MEMBER),
        Row("report", "POST", data=reason, yes="go", but={"author": "422"}, **MEMBER),
        Row("report", "POST", data={**reason, "subject": "comment:@comment_hidden"}, variant="hidden", yes="404",
            **MEMBER),
        Row("report-comment", args={"key": "@comment"}, yes="go"),
    ]


def _keeping() -> list[Row]:
    moderate: dict[str, Any] = {"may": "moderate"}
    queue = {"subject": "comment:@comment", "reason": "Rude."}
    rows = [Row("moderation", "POST", data={**queue, "do": do}, yes="go", variant=do, **moderate)
            for do in ("hide", "dismissed", "block")]
    acts = {"pin": {"act": "pin:@paper", "place": "1"}, "drop": {"act": "drop:@paper"},
            "note": {"act": "note", "headline": "A day of bridges", "text": "They sway."},
            "automatic": {"act": "automatic"}, "move": {"act": "move:@paper", "to": "@tomorrow"}}
    return [
        *rows, Row("moderation", **moderate), Row("moderation-log", **moderate),
        Row("moderation-log", "POST", data={"entry": "@audit"}, yes="422", **moderate),
        Row("claims", may="curate"),
        Row("claims", "POST", data={"claim": "@claim", "do": "confirmed"}, may="curate", yes="go"),
        Row("claims", "POST", data={"claim": "@claim", "do": "refused", "reason": "Another."}, may="curate", yes="go",
            variant="refuse"),
        Row("curate", args={"day": "@day"}, may="curate"),
        *(Row("curate", "POST", args={"day": "@day"}, data=data, may="curate", yes="go", variant=name)
          for name, data in acts.items()),
        Row("curate", "POST", args={"day": "@day"}, data={"act": "pin:@hidden"}, may="nobody", variant="hidden"),
    ]


ROWS: list[Row] = [*_raising(), *_keeping()]
