"""Readers, votes and comments for benchmarks, written straight into a throw-away database in one go.

Run as a process of its own on the copy: ``python -m broadsheet.bench.crowd DATA READERS VOTES COMMENTS SESSIONS DAY``.
Prints one JSON object with the session cookies of the first readers.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

BATCH = 2000
RECENT = 0.6  # share of votes and comments that goes to the newest papers, as discussion does
NEWEST = 4000  # papers that count as the newest
_TEXTS = (
    "Does this hold for $n > 3$? The proof of Lemma 2 needs a *bounded* kernel.",
    "We tried it on our data: it is better by half a point, and twice as slow.",
    "The code is at <https://example.org/code>. Thanks for asking!\n\n> Which seed?\n\nAll of them, see Table 4.",
    "Compare with earlier work:\n\n- the bound was known for trees\n- the rate $O(n^{-1/2})$ is new",
    "I do not see where independence is used. Is `dropout` on at test time?",
)


def main(data: Path, readers: int, votes: int, comments: int, sessions: int, day: date | None) -> dict[str, Any]:
    """Fill the database of ``data``; returns ``{"cookies": [...], "day": "...", "slugs": [...], "papers": N}``.

    ``day``: the largest edition, which becomes that of yesterday.
    """
    os.environ |= {"BROADSHEET_DATA": str(data), "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)

    draw = random.Random(23)
    now = datetime.now(UTC)
    with transaction.atomic():
        rows = _readers(readers, now)
        if day is not None:
            day = _brought_near(day, now.date())
        papers = _papers(day)
        if votes:
            _votes(rows, papers, votes, now, draw)
        if comments:
            _comments(rows, papers, comments, now, draw)
        if votes or comments:
            _count()
        cookies = [_session(row) for row in rows[:sessions]]
    return {"cookies": cookies, "day": str(day), "slugs": [f"crowd-{number}" for number in range(min(readers, 50))],
            "papers": len(papers[0]) + len(papers[1])}


def _readers(count: int, now: datetime) -> list[int]:
    """Readers with accounts that are months old; their row ids."""
    from ..readers.accounts.models import Account
    from ..readers.models import Reader

    old = now - timedelta(days=200)
    made = Reader.objects.bulk_create([
        Reader(key=f"CROWD{number:021d}", name=f"Crowd {number}", slug=f"crowd-{number}", created_at=old,
               joined_at=old + timedelta(hours=number), last_visit=now)
        for number in range(count)
    ], batch_size=BATCH)
    Account.objects.bulk_create([
        Account(email=f"crowd{number}@example.org", password="!", reader_id=reader.pk,  # noqa: S106 - none fits
                created_at=old)
        for number, reader in enumerate(made)
    ], batch_size=BATCH)
    return [reader.pk for reader in made]


def _brought_near(day: date, today: date) -> date:
    """Move all editions by as many days, so that ``day`` was yesterday: what is trending is asked of a lively site."""
    from django.db import connection

    apart = today - timedelta(days=1) - day
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_paper SET edition_day = date(edition_day, %s) WHERE edition_day IS NOT NULL",
                       [f"{apart.days:+d} days"])
    return day + apart


def _papers(day: date | None) -> tuple[list[int], list[int]]:
    """Row ids of the newest papers (those of ``day`` first) and of all others."""
    from django.db.models import F

    from ..catalogue.models import Paper

    live = Paper.objects.filter(state="live")
    newest = list(live.filter(edition_day=day).values_list("id", flat=True)) if day else []
    newest += list(live.order_by(F("edition_day").desc(nulls_last=True), "-id").values_list("id", flat=True)[:NEWEST])
    newest = list(dict.fromkeys(newest))[:NEWEST]
    known = set(newest)
    return newest, [row for row in live.values_list("id", flat=True) if row not in known]


def _pick(papers: tuple[list[int], list[int]], draw: random.Random) -> int:
    """A paper: among the newest few are liked by many (a power law), the rest is spread evenly."""
    newest, rest = papers
    if not rest or draw.random() < RECENT:
        return newest[int(len(newest) * draw.random() ** 3)]
    return draw.choice(rest)


def _votes(rows: Sequence[int], papers: tuple[list[int], list[int]], count: int, now: datetime,
           draw: random.Random) -> None:
    from django.db import connection

    pairs: set[tuple[int, int]] = set()
    most = min(count, len(rows) * (len(papers[0]) + len(papers[1])) // 2)
    while len(pairs) < most:
        pairs.add((_pick(papers, draw), draw.choice(rows)))
    adapt = connection.ops.adapt_datetimefield_value
    moments = [adapt(now - timedelta(seconds=draw.random() * 30 * 86400)) for _ in range(997)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO readers_vote (paper_id, reader_id, made_at, weighs_from, flagged) VALUES (%s, %s, %s, %s, %s)",
            [(*pair, moments[number % 997], moments[number % 997], False) for number, pair in enumerate(pairs)])


def _comments(rows: Sequence[int], papers: tuple[list[int], list[int]], count: int, now: datetime,
              draw: random.Random) -> None:
    from ..readers import prose
    from ..readers.models import Comment

    drawn = [(text, prose.render(text)) for text in _TEXTS]

    def made(number: int, paper: int, parent: int | None) -> Comment:
        text, html = drawn[number % len(drawn)]
        at = now - timedelta(seconds=draw.random() * 30 * 86400)
        return Comment(key=f"q{number:09d}", paper_id=paper, reader_id=draw.choice(rows), parent_id=parent, text=text,
                       html=html, made_at=at)

    tops = Comment.objects.bulk_create(
        [made(number, _pick(papers, draw), None) for number in range(count * 2 // 3)], batch_size=BATCH)
    Comment.objects.bulk_create(
        [made(number, top.paper_id, top.pk)
         for number, top in enumerate(draw.choices(tops, k=count - len(tops)), len(tops))], batch_size=BATCH)


def _count() -> None:
    """Counts of all papers, and one row in the log of activity."""
    from django.db import connection

    from ..catalogue import changes

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM readers_activity")
        cursor.execute(
            "INSERT INTO readers_activity (paper_id, votes, weighing, comments, last_vote_at, last_comment_at)"
            " SELECT paper_id, SUM(votes), SUM(votes), SUM(comments), MAX(voted), MAX(said) FROM ("
            " SELECT paper_id, COUNT(*) AS votes, 0 AS comments, MAX(made_at) AS voted, NULL AS said"
            " FROM readers_vote GROUP BY paper_id UNION ALL"
            " SELECT paper_id, 0, COUNT(*), NULL, MAX(made_at) FROM readers_comment GROUP BY paper_id"
            ") AS counted GROUP BY paper_id")
        cursor.execute("SELECT MIN(paper_id) FROM readers_activity")
        changes.append([cursor.fetchone()[0]], changes.ACTIVITY)


def _session(reader: int) -> str:
    """The cookie of a reader who has just signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from ..readers.accounts.models import Account

    account = Account.objects.get(reader_id=reader)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


if __name__ == "__main__":
    place, *numbers, named = sys.argv[1:]
    one, two, three, four = map(int, numbers)
    found = main(Path(place), one, two, three, four, date.fromisoformat(named) if named != "-" else None)
    sys.stdout.write(json.dumps(found) + "\n")
