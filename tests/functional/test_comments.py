"""Comments: once even when sent twice, replies and mentions told, edited and hidden openly, counted at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support import papers

from broadsheet.errors import UsageError
from broadsheet.readers import comments, limits, notifications, service, votes
from broadsheet.readers.models import Comment, Notification, Reader

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def _reader(name: str, joined: datetime = NOW - timedelta(days=90)) -> Reader:
    reader = service.make(NOW)
    reader.name, reader.slug, reader.joined_at = name, name.lower(), joined
    reader.save(update_fields=["name", "slug", "joined_at"])
    return reader


def test_a_comment_sent_twice_is_written_once() -> None:
    paper, reader = papers.add(1, "Sparse attention"), _reader("Ada")
    first = comments.write(reader, paper, "Does it hold for $n > 3$?", NOW, token="t1")
    assert comments.write(reader, paper, "Does it hold for $n > 3$?", NOW, token="t1").pk == first.pk
    assert votes.of(paper) == (0, 0, 1)
    assert "<math" in first.html and "$" not in first.html


def test_replies_join_the_thread_and_tell_those_concerned() -> None:
    paper, ada, ben, cy = papers.add(1, "Replies"), _reader("Ada"), _reader("Ben"), _reader("Cy")
    top = comments.write(ada, paper, "First", NOW)
    reply = comments.write(ben, paper, "@ada yes, and @cy knows; @nobody does not", NOW, parent=top)
    deeper = comments.write(ada, paper, "Thanks", NOW, parent=reply)
    (thread,) = comments.threads(paper)
    assert thread.comment == top and thread.replies == (reply, deeper)
    assert [(one.kind, one.actor) for one in notifications.newest(ada)] == [("reply", ben)]
    assert [(one.kind, one.actor) for one in notifications.newest(cy)] == [("mention", ben)]
    assert [one.kind for one in notifications.newest(ben)] == ["reply"]
    assert 'href="/readers/cy"' in reply.html and "@nobody" in reply.html
    comments.edit(ben, reply, "@ada @cy changed", NOW)
    assert Notification.objects.count() == 3, "an edit tells nobody twice"


def test_taken_back_and_hidden_comments_leave_counts_and_pages_and_return() -> None:
    paper, ada, ben = papers.add(1, "Hide"), _reader("Ada"), _reader("Ben")
    top, alone = comments.write(ada, paper, "First", NOW), comments.write(ada, paper, "Second", NOW)
    comments.write(ben, paper, "Reply", NOW, parent=top)
    comments.take_back(ada, top, NOW)
    comments.hide(alone, "off topic", NOW)
    assert votes.of(paper).comments == 1
    (thread,) = comments.threads(paper)
    assert thread.comment == top and not comments.visible(thread.comment) and len(thread.replies) == 1
    with pytest.raises(votes.NotAllowed):
        comments.edit(ada, alone, "again", NOW)
    comments.bring_back(ada, top, NOW)
    comments.unhide(alone, NOW)
    assert votes.of(paper).comments == 3


def test_nobody_changes_the_comment_of_another() -> None:
    paper, ada, ben = papers.add(1, "Whose"), _reader("Ada"), _reader("Ben")
    comment = comments.write(ada, paper, "Mine", NOW)
    for act in (lambda: comments.edit(ben, comment, "Yours", NOW), lambda: comments.take_back(ben, comment, NOW)):
        with pytest.raises(votes.NotAllowed):
            act()
    assert Comment.objects.get().text == "Mine"


def test_a_young_account_writes_six_an_hour() -> None:
    paper, reader = papers.add(1, "Fast"), _reader("New", NOW - timedelta(hours=2))
    for number in range(6):
        comments.write(reader, paper, f"No. {number}", NOW)
    with pytest.raises(limits.TooMany):
        comments.write(reader, paper, "No. 7", NOW)
    comments.write(reader, paper, "Later", NOW + timedelta(hours=2))


def test_empty_and_endless_texts_are_refused() -> None:
    paper, reader = papers.add(1, "Length"), _reader("Ada")
    for text in ("", " \x00\u202e\n", "x" * 10_001):
        with pytest.raises(UsageError):
            comments.write(reader, paper, text, NOW)
