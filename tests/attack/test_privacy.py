"""Nobody, administrators included, is shown who reads what: unique marks at one reader, looked for everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support import accounts, people

from broadsheet.readers import collections, follows, notes, streams, taste, votes
from broadsheet.readers import service as readers
from broadsheet.readers.models import Reader
from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

from . import matrix

pytestmark = pytest.mark.django_db
# Whose texts may be read by whom; everybody else finds none of them anywhere.
SECRETS = {
    "MARKED-collection-private": {"author"}, "MARKED-note-private": {"author"}, "MARKED-remark-private": {"author"},
    "MARKED-stream-private": {"author"}, "MARKED-private-note": {"author"}, "marked-tag": {"author"},
    "MARKED-notification": {"author"}, "MARKED-comment-gone": {"author"},
    "MARKED-other_collection-private": {"other"}, "MARKED-other_private-note": {"other"},
    "MARKED-comment-hidden": {"author", "moderator", "administrator", "token-moderate", "local"},
    "MARKED-report": {"other", "moderator", "administrator", "token-moderate", "local"},
    "MARKED-claim-note": {"author", "editor", "administrator", "token-curate", "local"},
    "MARKED-audit": {"moderator", "administrator", "token-moderate", "local"},
    "Quiet Voter": set(), "quiet-voter": set(), "quiet@example.org": set(),
}
BY_SECRET_ADDRESS = ("private/", "mail/a", "mail/b", "mail/c")


@pytest.fixture
def quiet(world: people.World) -> Reader:
    """A reader who read, hid, saved, voted, followed, noted and collected, and said nothing."""
    reader = accounts.account("quiet@example.org", name="Quiet Voter", password=None).reader
    assert reader is not None
    Reader.objects.filter(pk=reader.pk).update(joined_at=accounts.NOW - timedelta(days=90))
    reader.refresh_from_db()
    now, rows = timezone.now(), world.things["rows"]
    for kind, row in ((readers.READ, rows[0]), (readers.SAVED, rows[1]), (readers.HIDDEN, rows[2])):
        readers.mark(reader, [row], kind, now)
    votes.cast(reader, rows[0], now)
    notes.write(reader, rows[0], "MARKED-quiet", "quiet-tag", now)
    made = collections.make(reader, "MARKED-quiet list", now)
    collections.add(reader, made, rows[:2], now)
    streams.make(reader, "MARKED-quiet stream", streams.Wish(wanted=("bridges",)), now)
    follows.follow(reader, "author", "ada-lovelace", "Ada Lovelace", now)
    follows.follow(reader, "reader", str(world.things["author_slug"]), "Author Person", now)
    taste.record(reader, [rows[3]], taste.MORE, 1, now)
    people._forget()
    return reader


@pytest.mark.parametrize("persona", [one for one in people.PERSONAS if one != "token-dead"])
def test_nothing_of_other_readers_is_told(world: people.World, quiet: Reader, persona: str,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))
    wrong, looked = [], 0
    for row in matrix.rows():
        place = matrix.place_of(row, world.things)
        if row.method != "GET" or any(secret in place for secret in BY_SECRET_ADDRESS):
            continue
        text = world.ask(persona, "GET", place).content.decode("utf-8", "replace")
        looked += 1
        for secret, who in {**SECRETS, "MARKED-quiet": set[str](), "quiet-tag": set[str]()}.items():
            if secret in text and persona not in who:
                if row.name == "members" and persona in {"administrator", "local"}:
                    continue  # that an account exists, its name and address: not what it reads
                if row.name in {"moderation-log", "api-log"} and secret in {"Quiet Voter", "quiet-voter"}:
                    continue  # that a keeper made the account
                wrong.append(f"{place} tells {persona} {secret}")
    assert not wrong, "\n".join(wrong)
    assert looked > 100


def test_a_token_that_may_only_read_shows_nothing_of_its_owner(world: people.World) -> None:
    every = world.people["every"]
    now, rows = timezone.now(), world.things["rows"]
    readers.mark(every, [rows[1]], readers.SAVED, now)
    people._forget()
    title = "Bridges sway, part 2"
    assert title in world.ask("token-act", "GET", "/saved").content.decode()
    for persona in ("token-read", "token-curate", "token-moderate", "token-admin"):
        assert title not in world.ask(persona, "GET", "/saved").content.decode(), persona
        assert world.ask(persona, "GET", "/api/v1/me/marks/saved").status_code == 403, persona
        assert world.ask(persona, "GET", "/api/v1/me/export").status_code == 403, persona
