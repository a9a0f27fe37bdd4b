"""Claims and moderation: who decides, what follows, and that every entry of the log can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support import accounts, raising
from tests.support.raising import NOW, member

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError
from broadsheet.readers import audit, claims, comments, moderation, notifications, submissions, votes
from broadsheet.readers.accounts import service
from broadsheet.readers.models import AuditEntry, Claim, Comment, Reader, Report, Vote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.site(monkeypatch, offline=True)
    raising.still(monkeypatch)


def _undo(client: object, entry: AuditEntry) -> object:
    return client.post("/moderation/log", {"entry": entry.pk})  # type: ignore[attr-defined]


def test_an_editor_confirms_and_the_mark_stands_and_the_vote_no_longer_weighs() -> None:
    paper = raising.paper()
    ada, writer = member("Ada")
    _, editor = member("Ed", "editor")
    votes.cast(ada, paper.pk, NOW)
    comments.write(ada, paper.pk, "Ask me anything", NOW)
    page = writer.get(f"/claim/{paper.key}").content.decode()
    assert "Ada Example" in page and "Bo Sample" in page
    for _ in range(2):
        assert writer.post(f"/claim/{paper.key}", {"position": "0", "note": "my page"}).status_code == 302
    assert votes.of(paper.pk)[:2] == (1, 1) and claims.authors(paper.pk) == {}, "nothing follows from a claim alone"
    row = Claim.objects.get()
    assert "Ada as Ada Example" in editor.get("/editors/claims").content.decode()
    for _ in range(2):
        assert editor.post("/editors/claims", {"claim": row.pk, "do": "confirmed"}).status_code == 302
    assert votes.of(paper.pk)[:2] == (1, 0) and claims.authors(paper.pk) == {ada.pk: "Ada Example"}
    (told,) = notifications.newest(ada)
    assert told.kind == "claim" and "confirmed that you are Ada Example" in told.text
    assert ">Author</b>" in accounts.client().get("/papers/2611.00001").content.decode()
    assert "Author of" in accounts.client().get("/readers/ada").content.decode()
    assert AuditEntry.objects.filter(act="claim.confirm").count() == 1
    _, moderator = member("Mo", "moderator")
    assert b"not yours to undo" in _undo(moderator, AuditEntry.objects.get()).content, "editors decide, not moderators"
    audit.undo(AuditEntry.objects.get().pk, None, NOW)
    assert votes.of(paper.pk)[:2] == (1, 1) and Claim.objects.get().state == "open"
    assert ">Author</b>" not in accounts.client().get("/papers/2611.00001").content.decode()


def test_claims_are_refused_with_a_reason_and_one_position_has_one_author() -> None:
    paper = raising.paper()
    (ada, first), (bo, second), (ed, editor) = member("Ada"), member("Bo"), member("Ed", "editor")
    first.post(f"/claim/{paper.key}", {"position": "0"})
    second.post(f"/claim/{paper.key}", {"position": "0"})
    mine, other = Claim.objects.get(reader=ada), Claim.objects.get(reader=bo)
    claims.decide(mine.pk, "confirmed", "", ed, NOW)
    answer = editor.post("/editors/claims", {"claim": other.pk, "do": "confirmed"})
    assert answer.status_code == 422 and b"Another reader is confirmed" in answer.content
    claims.decide(other.pk, "refused", "another person", ed, NOW)
    assert "another person" in notifications.newest(bo)[0].text
    assert second.post(f"/claim/{paper.key}", {"position": "0"}).status_code == 422
    assert second.post(f"/claim/{paper.key}", {"position": "7"}).status_code == 422
    assert second.post(f"/claim/{paper.key}", {"position": "1"}).status_code == 302
    assert Claim.objects.get(reader=bo).state == "open"
    assert first.post(f"/claim/{paper.key}", {"do": "take-back"}).status_code == 302
    assert not Claim.objects.filter(reader=ada).exists()
    with pytest.raises(UsageError, match="no longer there"):
        audit.undo(AuditEntry.objects.get(act="claim.confirm").pk, None, NOW)


def test_nobody_decides_on_an_own_claim() -> None:
    paper = raising.paper()
    ed, editor = member("Ed", "editor")
    claims.put(ed, paper, 0, "", NOW)
    row = Claim.objects.get()
    assert b"your own claim" in editor.get("/editors/claims").content
    assert editor.post("/editors/claims", {"claim": row.pk, "do": "confirmed"}).status_code == 422
    assert Claim.objects.get().state == "open"


def test_a_reported_comment_is_hidden_with_a_reason_and_shown_again_from_the_log() -> None:
    paper = raising.paper()
    (ada, _), (_, reporter), (_, moderator) = member("Ada"), member("Bo"), member("Mo", "moderator")
    comment = comments.write(ada, paper.pk, "Buy <b>pills</b>", NOW)
    name = f"comment:{comment.key}"
    assert reporter.get(f"/comments/{comment.key}/report", follow=True).status_code == 200
    for _ in range(2):
        assert reporter.post("/report", {"subject": name, "reason": "spam <i>"}).status_code == 302
    assert Report.objects.count() == 1
    page = moderator.get("/moderation").content.decode()
    assert "spam &lt;i&gt;" in page and "Comment by Ada" in page
    assert moderator.post("/moderation", {"subject": name, "do": "hide", "reason": " "}).status_code == 422
    for _ in range(2):
        answer = moderator.post("/moderation", {"subject": name, "do": "hide", "reason": "Advertising"})
        assert answer.status_code == 302
    assert Comment.objects.get().hidden_reason == "Advertising" and votes.of(paper.pk).comments == 0
    assert "Nothing waits" in moderator.get("/moderation").content.decode()
    assert notifications.newest(ada)[0].text == "A moderator hid your comment: Advertising"
    assert reporter.get("/report", {"subject": name}).status_code == 404
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name, entry.reason) == ("moderation.hide", "Mo", "Advertising")
    for _ in range(2):
        _undo(moderator, entry)
    assert Comment.objects.get().hidden_at is None and votes.of(paper.pk).comments == 1
    assert Report.objects.get().closed_at is None, "it waits again"
    second = AuditEntry.objects.latest("id")
    assert AuditEntry.objects.count() == 2 and second.reason == f"Undid entry {entry.pk}."
    _undo(moderator, second)
    assert Comment.objects.get().hidden_reason == "Advertising", "the undoing is undone"


def test_a_paper_is_hidden_everywhere_at_once_and_returns() -> None:
    paper = raising.paper()
    _, moderator = member("Mo", "moderator")
    assert accounts.client().get("/papers/2611.00001").status_code == 200
    moderation.hide(None, f"paper:{paper.key}", "not a paper", NOW)
    assert accounts.client().get("/papers/2611.00001").status_code == 404
    assert b"Sparse attention" not in accounts.client().get("/papers/date/2026-11-20").content
    assert b"Sparse attention" in moderator.get("/moderation/log").content
    _undo(moderator, AuditEntry.objects.get())
    assert accounts.client().get("/papers/2611.00001").status_code == 200


def test_a_hidden_submission_leaves_the_edition_and_its_submitter_cannot_raise_it_again() -> None:
    paper = raising.paper()
    (ada, client), (_, moderator) = member("Ada"), member("Mo", "moderator")
    row = submissions.put(ada, paper, "Visit my shop", NOW.date(), NOW)
    name = f"submission:{row.pk}"
    moderation.report(Reader.objects.get(name="Mo"), name, "advertising", NOW)
    assert moderator.post("/moderation", {"subject": name, "do": "hide", "reason": "Advertising"}).status_code == 302
    assert b"Visit my shop" not in accounts.client().get("/papers/2611.00001").content
    assert b"Sparse" not in accounts.client().get("/papers/date/2026-11-21").content
    answer = client.post("/submit", {"do": "raise", "paper": paper.key, "note": "again"})
    assert answer.status_code == 422 and b"Advertising" in answer.content
    _undo(moderator, AuditEntry.objects.get())
    assert b"Visit my shop" in accounts.client().get("/papers/2611.00001").content


def _ring(paper: Paper) -> list[Reader]:
    ring = []
    for number in range(4):
        reader, _ = member(f"Born{number}", days=5)
        votes.cast(reader, paper.pk, NOW)
        ring.append(reader)
    return ring


def test_flagged_votes_are_shown_without_names_and_weigh_when_a_moderator_clears_them() -> None:
    paper = raising.paper()
    _ring(paper)
    _, moderator = member("Mo", "moderator")
    assert votes.of(paper.pk)[:2] == (4, 0)
    page = moderator.get("/moderation").content.decode()
    assert "4" in page and "Born1" not in page and "shown to nobody" in page
    name = f"votes:{paper.pk}"
    assert moderator.post("/moderation", {"subject": name, "do": "hide", "reason": "x"}).status_code == 422
    assert moderator.post("/moderation", {"subject": name, "do": "cleared"}).status_code == 302
    assert votes.of(paper.pk)[:2] == (4, 4)
    entry = AuditEntry.objects.get()
    log = moderator.get("/moderation/log").content.decode()
    assert "Flags of votes cleared" in log and "Born" not in log
    _undo(moderator, entry)
    assert votes.of(paper.pk)[:2] == (4, 0) and Vote.objects.filter(flagged=True).count() == 4
    assert moderator.post("/moderation", {"subject": name, "do": "upheld"}).status_code == 302
    assert votes.of(paper.pk)[:2] == (4, 0) and b"Nothing waits" in moderator.get("/moderation").content


def test_blocks_and_roles_are_undone_from_the_log_by_whoever_may() -> None:
    paper = raising.paper()
    (ada, writer), (mo, moderator) = member("Ada"), member("Mo", "moderator")
    root, admin = member("Rita", "administrator")
    comment = comments.write(ada, paper.pk, "rude", NOW)
    moderation.report(mo, f"comment:{comment.key}", "rude", NOW)
    answer = moderator.post("/moderation", {"subject": f"comment:{comment.key}", "do": "block", "reason": "Rudeness"})
    assert answer.status_code == 302 and Reader.objects.get(pk=ada.pk).blocked_reason == "Rudeness"
    assert writer.get("/account").status_code == 302, "the sessions ended"
    _undo(moderator, AuditEntry.objects.get(act="account.block"))
    assert Reader.objects.get(pk=ada.pk).blocked_at is None
    service.set_roles(ada.account, ["editor"], NOW)  # type: ignore[attr-defined]
    entry = AuditEntry.objects.get(act="account.roles")
    assert b"not yours to undo" in _undo(moderator, entry).content  # type: ignore[attr-defined]
    _undo(admin, entry)
    assert Reader.objects.get(pk=ada.pk).roles == []
    reply = comments.write(root, paper.pk, "also rude", NOW)
    answer = moderator.post("/moderation", {"subject": f"comment:{reply.key}", "do": "block", "reason": "x"})
    assert answer.status_code == 422 and Reader.objects.get(pk=root.pk).blocked_at is None


def test_what_changed_again_since_is_not_overwritten() -> None:
    paper = raising.paper()
    moderation.hide(None, f"paper:{paper.key}", "first", NOW)
    moderation.unhide(None, f"paper:{paper.key}", "", NOW)
    first, second = AuditEntry.objects.order_by("id")
    with pytest.raises(UsageError, match="changed this again"):
        audit.undo(first.pk, None, NOW)
    audit.undo(second.pk, None, NOW)
    assert papers.by_key(paper.key) is None


def test_a_new_account_reports_five_times_a_day_and_nobody_the_own() -> None:
    bo, client = member("Bo", days=1)
    rows = [raising.paper(number, f"Paper {number}") for number in range(1, 7)]
    for paper in rows[:5]:
        moderation.report(bo, f"paper:{paper.key}", "no paper", NOW)
    answer = client.post("/report", {"subject": f"paper:{rows[5].key}", "reason": "no paper"})
    assert answer.status_code == 422 and b"5 reports a day" in answer.content
    moderation.report(bo, f"paper:{rows[5].key}", "no paper", NOW + timedelta(days=1, hours=1))
    comment = comments.write(bo, rows[0].pk, "mine", NOW)
    assert client.post("/report", {"subject": f"comment:{comment.key}", "reason": "x"}).status_code == 422


@pytest.mark.parametrize("name", ["", "paper:", "comment:xxxxxxxxxx", "submission:99", "votes:1", "reader:ada",
                                  "x" * 80, "paper:\x00", "submission:٣"])
def test_only_what_a_reader_sees_can_be_reported(name: str) -> None:
    raising.paper()
    _, client = member("Bo")
    assert client.get("/report", {"subject": name}).status_code == 404
    assert client.post("/report", {"subject": name, "reason": "x"}).status_code == 404
