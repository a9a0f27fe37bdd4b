"""Tables of the catalogue. Only this room writes them; every change that can be found or shown adds a Change."""

from __future__ import annotations

from django.db import models


class Paper(models.Model):
    """A projection of its source records (see ``projection.py``): never edited by hand, rebuilt at any time.

    ``id`` is the row number used by index and vectors; ``key`` the permanent public key (10 characters, Crockford
    base 32). ``published`` is ``YYYY[-MM[-DD]]``. JSON columns hold lists of plain objects in printed order.
    """

    class State(models.TextChoices):
        LIVE = "live"
        HIDDEN = "hidden"
        MERGED = "merged"
        DELETED = "deleted"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False)
    sample = models.BooleanField(default=False)

    title = models.TextField()
    abstract = models.TextField(default="")
    rights = models.CharField(max_length=8, default="members")
    licence = models.TextField(default="")
    summary_by = models.TextField(default="")
    authors = models.JSONField(default=list)  # [{"name", "affiliation"?, "orcid"?}]
    organisation = models.TextField(default="")
    identifiers = models.JSONField(default=list)  # [["arxiv", "2405.12345"], ...], canonical first
    published = models.CharField(max_length=10, default="")
    updated = models.CharField(max_length=10, default="")
    primary_category = models.CharField(max_length=80, default="")
    categories = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    venue = models.TextField(default="")
    status = models.TextField(default="")
    comment = models.TextField(default="")
    language = models.CharField(max_length=8, default="")
    links = models.JSONField(default=list)  # [{"kind", "url"}]
    versions = models.JSONField(default=list)  # [{"number", "submitted", "size"}]
    retraction = models.JSONField(null=True, default=None)  # {"kind", "reason", "day"}
    imported_votes = models.IntegerField(null=True, default=None)
    imported_comments = models.IntegerField(null=True, default=None)
    vote_site = models.CharField(max_length=40, default="")
    ai_keywords = models.JSONField(default=list)
    ai_summary = models.TextField(default="")
    ai_model = models.CharField(max_length=80, default="")

    edition_day = models.DateField(null=True, default=None)  # home edition
    revision = models.IntegerField(default=1)  # +1 at every change of the projection: the cache key
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["edition_day", "primary_category"], name="paper_edition"),
            models.Index(fields=["organisation"], name="paper_organisation"),
        ]


class Identifier(models.Model):
    """One name of a paper: (scheme, value), normalised by ``text.identifiers``, unique."""

    id = models.BigAutoField(primary_key=True)
    scheme = models.CharField(max_length=16)
    value = models.TextField()
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifier_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_once")]


class PaperAuthor(models.Model):
    """One author of a paper at a position; ``folded`` (lower case, no accents) is what author pages look up."""

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="author_rows")
    position = models.IntegerField()
    folded = models.TextField(db_index=True)


class PaperTerm(models.Model):
    """A category or topic of a paper. ``kind`` is ``category`` or ``topic``; ``slug`` the folded form in addresses."""

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="term_rows")
    kind = models.CharField(max_length=8)
    slug = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["kind", "slug"], name="term_lookup")]


class SourceRecord(models.Model):
    """What one source sent about one paper, as received (zstd), and the form that reads it again."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=32)
    source_key = models.TextField()
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="records")
    form = models.CharField(max_length=32)
    body = models.BinaryField()
    digest = models.BinaryField(max_length=16)  # BLAKE2b-128 of form and body
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="record_once")]


class PastRecord(models.Model):
    """What a source record said before it was replaced, as received; kept where more than votes changed.

    ``received_at``: when it had come; ``replaced_at``: when the next one came (``history.py`` compares them).
    """

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(SourceRecord, on_delete=models.CASCADE, related_name="past")
    form = models.CharField(max_length=32)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    replaced_at = models.DateTimeField()


class Announcement(models.Model):
    """Membership of a paper in a list's day, for ever. ``votes``: at that list when it was read."""

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="announcements")
    list = models.CharField(max_length=32)
    day = models.DateField()
    category = models.CharField(max_length=80, default="")
    kind = models.CharField(max_length=12, default="new")
    inferred = models.BooleanField(default=False)
    votes = models.IntegerField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "day", "category", "kind", "paper"], name="announced_once")
        ]
        indexes = [models.Index(fields=["day", "list"], name="announced_day")]


class Change(models.Model):
    """One row per write that changes what can be found or shown, in the same transaction as the write.

    ``lane``: 0 interactive, 1 bulk. On PostgreSQL the migration adds ``tx xid8 default pg_current_xact_id()``,
    so that only rows of finished transactions are read in order (``changes.py``).
    """

    seq = models.BigAutoField(primary_key=True)
    lane = models.SmallIntegerField()
    paper_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)  # put, drop

    class Meta:
        indexes = [models.Index(fields=["lane", "seq"], name="change_lane")]


class Lease(models.Model):
    """Who may act on a named thing until when (``leases.py``): a source, a host, the sender."""

    name = models.CharField(max_length=120, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()


class SiteChoice(models.Model):
    """One choice of the site (name, fields, interests, sources, orders), as JSON."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
