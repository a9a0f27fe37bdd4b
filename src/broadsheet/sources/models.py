"""How each source is doing: what is due, the cursor, the last answer. A failing source is stored state."""

from __future__ import annotations

from django.db import models

from ..spoken import of_json, spoken


class SourceState(models.Model):
    """One row per configured source (``arxiv-oai``, ``arxiv-rss``, ``hf-daily``).

    ``cursor``: what the connector needs to go on (resumption token, day, ETag).
    ``outcome``: never, running, ok, empty, failed.
    ``detail``: one sentence for the reader, in English: what happened, what was kept, what comes next; ``said``: what
    it is made of (``spoken.as_json``), ``told``: the sentence in the language of the moment.
    """

    name = models.CharField(max_length=200, primary_key=True)
    connector = models.CharField(max_length=32)
    options = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    tried_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, default="never")
    detail = models.TextField(default="")
    said = models.JSONField(null=True, default=None)
    received = models.BigIntegerField(default=0)
    last_received = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    progress = models.JSONField(default=dict)  # {"done": days or records, "of": n or None, "what": "days"}

    @property
    def told(self) -> str:
        """``detail`` in the language of the moment; rows of before say it in English."""
        return spoken(of_json(self.detail, self.said))
