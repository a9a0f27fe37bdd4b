"""Shapes of answers and bodies by name: what the description says, and what bodies are checked against."""

from __future__ import annotations

from ..languages import LANGUAGES
from ..readers.settings import ORDERS, THEMES
from .shapes import (
    ANY_TEXT,
    COUNT,
    DAY,
    FLAG,
    KEY,
    MOMENT,
    REAL,
    Shape,
    array,
    maybe,
    number,
    one_of,
    parts,
    ref,
    text,
    thing,
)

_WORDS = array(ANY_TEXT)
_OPEN: Shape = {"type": "object"}
_NEXT = maybe({"type": "string"})
_PARTIAL: Shape = {"type": "string", "pattern": "^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$"}
_LIST_WORDS = array(text(80, 1), 50)


_RHYTHM: dict[str, Shape] = {
    "cadence": one_of("daily", "workdays", "weekly"), "weekday": number(0, 6), "hour": number(0, 23),
    "timezone": text(64, 1), "most": number(1, 50), "fewest": number(1, 50), "language": one_of(*LANGUAGES)}
_ALERT_RHYTHM: dict[str, Shape] = {
    "mode": one_of("once", "bundled"), "hourly": number(1, 30), "cadence": one_of("daily", "workdays", "weekly"),
    "weekday": number(0, 6), "hour": number(0, 23), "timezone": text(64, 1)}


def page(of: Shape, **more: Shape) -> Shape:
    """One page of a list."""
    return thing((), items=array(of), next=_NEXT, **more)


PAPER = thing(
    key=KEY, id=ANY_TEXT, url=ANY_TEXT, identifiers=_WORDS, title=ANY_TEXT, abstract=ANY_TEXT,
    abstract_is_excerpt=FLAG, summary_by=ANY_TEXT, authors=array(_OPEN), organisation=ANY_TEXT, published=_PARTIAL,
    categories=_WORDS, topics=_WORDS, venue=ANY_TEXT, licence=ANY_TEXT, links=array(_OPEN), versions=array(_OPEN),
    retraction=maybe(_OPEN), edition=maybe(DAY), votes=COUNT, comments=COUNT, votes_elsewhere=maybe(COUNT),
    vote_site=ANY_TEXT, mine=maybe(ref("Mine")))

SCHEMAS: dict[str, Shape] = {
    "Problem": {
        "type": "object", "required": ["type", "title", "status", "detail"],
        "properties": {"type": ANY_TEXT, "title": ANY_TEXT, "status": number(400, 599), "detail": ANY_TEXT,
                       "parameter": ANY_TEXT, "retry_after": COUNT}},
    "Mine": thing(voted=FLAG, read=FLAG, saved=FLAG, hidden=FLAG, wish=one_of("", "more", "less")),
    "Paper": PAPER,
    "PaperList": thing(date=maybe(DAY), list=ANY_TEXT, total=COUNT, offset=COUNT, papers=array(ref("Paper")),
                       next=_NEXT),
    "Abstract": thing(key=KEY, abstract=ANY_TEXT, html=ANY_TEXT, is_excerpt=FLAG, rights=ANY_TEXT, licence=ANY_TEXT),
    "Versions": thing(
        versions=array(_OPEN),
        announced=array(thing(day=DAY, list=ANY_TEXT, category=ANY_TEXT, kind=ANY_TEXT, inferred=FLAG,
                              votes=maybe(COUNT))),
        records=array(thing(source=ANY_TEXT, key=ANY_TEXT, received=MOMENT)),
        changes=array(thing(source=ANY_TEXT, at=MOMENT, version=COUNT, fields=array(thing(
            name=ANY_TEXT, before=maybe(ANY_TEXT), after=maybe(ANY_TEXT)))))),
    "Citation": thing(bibtex=ANY_TEXT),
    "Related": thing(items=array(ref("Paper"))),
    "Formula": thing(name=ANY_TEXT, title=ANY_TEXT, line=ANY_TEXT, says=_WORDS,
                     weights=array(thing(name=ANY_TEXT, value=ANY_TEXT))),
    "Formulas": thing(items=array(ref("Formula"))),
    "Worked": thing(formula=ANY_TEXT, line=ANY_TEXT, examples=array(thing(
        title=ANY_TEXT, url=ANY_TEXT, points=maybe(REAL), notes=_WORDS,
        inputs=array(thing(letter=ANY_TEXT, label=ANY_TEXT, value=REAL, said=ANY_TEXT))))),
    "Found": thing(
        total=COUNT, took_ms=REAL, hits=array(thing(
            key=KEY, id=ANY_TEXT, title=ANY_TEXT, authors=_WORDS, organisation=ANY_TEXT, published=_PARTIAL,
            votes=COUNT, comments=COUNT, score=REAL, sure=FLAG, why=ANY_TEXT, retraction=maybe(_OPEN))),
        problems=array(thing(position=number(-1), message=ANY_TEXT)), suggestions=_WORDS,
        facets={"type": "object", "additionalProperties": array(thing(value=ANY_TEXT, count=COUNT))}, next=_NEXT),
    "Chosen": thing(paper=ref("Paper"), reason=ANY_TEXT),
    "Edition": thing(
        day=DAY, days=array(DAY), number=COUNT, closed=FLAG, total=COUNT, left_out=COUNT, before=maybe(DAY),
        after=maybe(DAY), headline=ANY_TEXT, note=ANY_TEXT,
        zones=array(thing(zone=ANY_TEXT, title=ANY_TEXT, papers=array(ref("Chosen")))),
        sections=array(thing(field=ANY_TEXT, name=ANY_TEXT, count=COUNT, more=COUNT, papers=array(ref("Chosen")),
                             rest=array(KEY)))),
    "Days": thing(items=array(thing(day=DAY, papers=COUNT))),
    "Field": thing(field=ANY_TEXT, name=ANY_TEXT, days=array(DAY), total=COUNT, papers=array(ref("Paper")), next=_NEXT),
    "Fields": thing(items=array(thing(field=ANY_TEXT, name=ANY_TEXT, categories=_WORDS))),
    "Trending": thing(items=array(thing(paper=ref("Paper"), points=REAL)), next=_NEXT),
    "NamedPapers": page(ref("Paper"), kind=ANY_TEXT, name=ANY_TEXT, total=COUNT),
    "Votes": thing(votes=COUNT, comments=COUNT, voted=FLAG, own=FLAG, voters=maybe(array(ref("Person")))),
    "Person": thing(name=ANY_TEXT, slug=maybe(ANY_TEXT)),
    "Comment": thing(
        key=KEY, paper=KEY, parent=maybe(KEY), by=maybe(ref("Person")), text=ANY_TEXT, html=ANY_TEXT, made=MOMENT,
        edited=maybe(MOMENT), state=one_of("shown", "taken back", "hidden"), why=ANY_TEXT, mine=FLAG,
        replies=array(ref("Comment"))),
    "Comments": page(ref("Comment")),
    "Site": thing(name=ANY_TEXT, group=ANY_TEXT, privacy=ANY_TEXT, registration=ANY_TEXT, today=DAY, timezone=ANY_TEXT,
                  newest=maybe(DAY), machine_text=FLAG, vote_names=FLAG),
    "Profile": thing(name=ANY_TEXT, slug=ANY_TEXT, since=maybe(DAY), comments=array(ref("Comment")),
                     submissions=array(ref("Paper")), collections=array(ref("Collection"))),
    "Me": thing(known=FLAG, local=FLAG, name=ANY_TEXT, slug=maybe(ANY_TEXT), roles=_WORDS, can=_WORDS,
                scopes=maybe(_WORDS), unseen=COUNT, form_token=maybe(ANY_TEXT)),
    "Settings": thing(
        ("show_votes", "language"), order=one_of(*ORDERS), categories=_LIST_WORDS, without=_LIST_WORDS, hide_read=FLAG,
        theme=one_of(*THEMES), keys=FLAG, keep_marks=FLAG, show_votes=FLAG, language=one_of("", *LANGUAGES)),
    "SettingsPatch": parts(
        order=one_of(*ORDERS), categories=_LIST_WORDS, without=_LIST_WORDS, hide_read=FLAG,
        theme=one_of(*THEMES), keys=FLAG, keep_marks=FLAG, show_votes=FLAG, language=one_of("", *LANGUAGES)),
    "Export": _OPEN,
    "CommentBody": thing(("parent", "once"), text=text(20_000, 1), parent=KEY, once=text(20, 1)),
    "TextBody": thing(text=text(20_000, 1)),
    "ReportBody": thing(subject=text(40, 1), reason=text(2000, 1)),
    "Done": thing(done=FLAG),
    "Marked": thing(read=FLAG, saved=FLAG, hidden=FLAG),
    "Wished": thing(wish=one_of("", "more", "less")),
    "Note": thing(paper=KEY, text=ANY_TEXT, tags=_WORDS, changed=maybe(MOMENT)),
    "Notes": page(ref("Note"), tags=array(thing(tag=ANY_TEXT, papers=COUNT)), total=COUNT),
    "NoteBody": thing(("tags",), text=text(8000), tags=array(text(40, 1), 20)),
    "Collection": thing(key=KEY, name=ANY_TEXT, note=ANY_TEXT, shared=FLAG, mine=FLAG, by=maybe(ref("Person")),
                        papers=maybe(COUNT), made=MOMENT, changed=MOMENT),
    "Collections": thing(items=array(ref("Collection"))),
    "CollectionBody": thing(("note", "shared"), name=text(120, 1), note=text(8000), shared=FLAG),
    "CollectionPatch": parts(name=text(120, 1), note=text(8000), shared=FLAG),
    "Kept": page(thing(paper=ref("Paper"), note=ANY_TEXT, added=MOMENT), total=COUNT),
    "KeptBody": thing(("note", "move"), note=text(8000), move=number(-5000, 5000)),
    "MoveSavedBody": thing(move=number(-10_000, 10_000)),
    "PapersBody": thing(papers=array(text(600, 1), 500)),
    "Added": thing(added=COUNT),
    "Stream": thing(key=KEY, name=ANY_TEXT, wanted=_WORDS, unwanted=_WORDS, categories=_WORDS, seeds=_WORDS,
                    cap=number(1, 200), shared=FLAG, mine=FLAG, by=maybe(ref("Person")), made=MOMENT, changed=MOMENT),
    "Streams": thing(items=array(ref("Stream"))),
    "StreamBody": thing(
        ("wanted", "unwanted", "categories", "seeds", "cap", "shared"), name=text(120, 1),
        wanted=array(text(80, 1), 40), unwanted=array(text(80, 1), 40), categories=array(text(80, 1), 40),
        seeds=array(text(600, 1), 20), cap=number(1, 200), shared=FLAG),
    "StreamPatch": parts(
        name=text(120, 1), wanted=array(text(80, 1), 40), unwanted=array(text(80, 1), 40),
        categories=array(text(80, 1), 40), seeds=array(text(600, 1), 20), cap=number(1, 200), shared=FLAG),
    "Follow": thing(kind=ANY_TEXT, value=ANY_TEXT, label=ANY_TEXT, since=MOMENT, page=ANY_TEXT),
    "Follows": thing(items=array(ref("Follow"))),
    "FollowBody": thing(
        ("label",), kind=one_of("topic", "author", "organisation", "category", "reader", "search"), value=text(400, 1),
        label=text(400)),
    "Notification": thing(id=COUNT, kind=ANY_TEXT, said=ANY_TEXT, about=ANY_TEXT, page=ANY_TEXT, quote=ANY_TEXT,
                          made=MOMENT, new=FLAG),
    "Notifications": page(ref("Notification"), unseen=COUNT),
    "SeenBody": thing(up_to=number(0, 2**53)),
    "Seen": thing(seen=COUNT),
    "Undo": thing(items=array(thing(what=ANY_TEXT, at=MOMENT))),
    "Undone": thing(undone=maybe(ANY_TEXT), paper=maybe(KEY)),
    "Keys": page(thing(paper=ref("Paper"), at=MOMENT)),
    "NameBody": thing(name=text(60, 1)),
    "LookBody": thing(what=text(40_000, 1)),
    "Brought": thing(paper=maybe(ref("Paper")), record=maybe(ANY_TEXT), said=ANY_TEXT, draft=maybe(thing(
        title=ANY_TEXT, abstract=ANY_TEXT, published=_PARTIAL, authors=_WORDS, identifiers=_WORDS))),
    "SubmitBody": thing(("paper", "record", "note"), paper=text(600, 1), record=text(200_000, 1), note=text(4000)),
    "Submission": thing(number=COUNT, paper=KEY, title=ANY_TEXT, by=maybe(ref("Person")), note=ANY_TEXT, day=DAY,
                        made=MOMENT, stands=FLAG, mine=FLAG),
    "Submissions": thing(items=array(ref("Submission"))),
    "ClaimBody": thing(("note",), position=number(0, 100_000), note=text(500)),
    "Claim": thing(number=COUNT, paper=KEY, title=ANY_TEXT, position=COUNT, name=ANY_TEXT, note=ANY_TEXT,
                   state=one_of("open", "confirmed", "refused"), made=MOMENT, by=maybe(ref("Person"))),
    "OwnClaim": thing(claim=maybe(ref("Claim"))),
    "Claims": thing(items=array(ref("Claim"))),
    "DecisionBody": thing(("reason",), state=one_of("confirmed", "refused"), reason=text(1000)),
    "Cases": thing(items=array(thing(
        subject=ANY_TEXT, kind=ANY_TEXT, paper=KEY, title=ANY_TEXT, text=ANY_TEXT, by=maybe(ref("Person")), hidden=FLAG,
        flagged=COUNT, reports=array(thing(reason=ANY_TEXT, by=maybe(ref("Person")), made=MOMENT))))),
    "ModerateBody": thing(
        ("reason",), subject=text(40, 1),
        do=one_of("hide", "unhide", "dismissed", "upheld", "cleared", "block"), reason=text(1000)),
    "Log": page(thing(number=COUNT, by=ANY_TEXT, act=ANY_TEXT, subject=ANY_TEXT, reason=ANY_TEXT, made=MOMENT,
                      undone=maybe(MOMENT), undoable=FLAG)),
    "Curation": thing(day=DAY, headline=ANY_TEXT, note=ANY_TEXT, acts=array(thing(
        act=ANY_TEXT, paper=KEY, title=ANY_TEXT, place=maybe(COUNT), to_day=maybe(DAY), made=MOMENT,
        by=maybe(ref("Person"))))),
    "PlaceBody": thing(("place",), act=one_of("pin", "drop", "release"), place=number(0, 4)),
    "MoveBody": thing(day=maybe(DAY)),
    "Moved": thing(paper=KEY, edition=maybe(DAY)),
    "DayNoteBody": thing(headline=text(200), note=text(4000)),
    "StreamPapers": thing(first=DAY, last=DAY, total=COUNT, looked_at=COUNT, earlier=maybe(DAY),
                          items=array(ref("Chosen"))),
    "WishBody": parts(wanted=array(text(80, 1), 40), unwanted=array(text(80, 1), 40),
                      categories=array(text(80, 1), 40), seeds=array(text(600, 1), 20), cap=number(1, 200)),
    "ForYou": thing(learned=COUNT, items=array(ref("Chosen"))),
    "Taste": thing(
        lines=array(thing(line=ANY_TEXT, weight=REAL)),
        acts=array(thing(paper=KEY, kinds=_WORDS, liked=FLAG, at=MOMENT)),
        struck=array(thing(line=ANY_TEXT, at=MOMENT))),
    "StrikeBody": thing(do=one_of("strike", "restore"), line=text(300, 1)),
    "Mail": thing(
        number=COUNT, kind=ANY_TEXT, value=ANY_TEXT, label=ANY_TEXT, cadence=ANY_TEXT, weekday=COUNT, hour=COUNT,
        timezone=ANY_TEXT, most=COUNT, fewest=COUNT, language=ANY_TEXT, state=ANY_TEXT, paused_until=maybe(DAY)),
    "Alert": thing(
        key=KEY, kind=ANY_TEXT, value=ANY_TEXT, label=ANY_TEXT, channel=ANY_TEXT, target=ANY_TEXT, mode=ANY_TEXT,
        hourly=COUNT, cadence=ANY_TEXT, weekday=COUNT, hour=COUNT, timezone=ANY_TEXT, state=ANY_TEXT, fault=ANY_TEXT,
        made_at=MOMENT, next=maybe(MOMENT), secret=maybe(ANY_TEXT)),
    "Alerts": thing(items=array(ref("Alert"))),
    "AlertBody": thing(
        ("target", *_ALERT_RHYTHM), kind=one_of("stream", "search", "topic", "category", "author", "organisation"),
        value=text(400, 1), channel=one_of("mail", "webhook", "apprise"), target=text(2000), **_ALERT_RHYTHM),
    "AlertPatch": parts(**_ALERT_RHYTHM, target=text(2000, 1), paused=FLAG),
    "Delivery": thing(
        id=ANY_TEXT, test=FLAG, papers=COUNT, state=ANY_TEXT, tries=COUNT, status=COUNT, answer=ANY_TEXT,
        made_at=MOMENT, sent_at=maybe(MOMENT), next_try_at=maybe(MOMENT)),
    "Deliveries": thing(items=array(ref("Delivery"))),
    "Mails": thing(items=array(ref("Mail"))),
    "MailBody": thing(
        ("value", *_RHYTHM), kind=one_of("site", "topic", "category", "author", "organisation", "search", "stream",
                                         "collection", "foryou"), value=text(400), **_RHYTHM),
    "MailPatch": parts(**_RHYTHM, pause=DAY),
}
