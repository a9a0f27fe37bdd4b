"""What moved when papers became one, so that a split moves it back."""

from __future__ import annotations

from django.db import models


class Moved(models.Model):
    """Row ``row`` of table ``table`` went from paper ``absorbed`` to paper ``kept`` (row ids) at their merge."""

    id = models.BigAutoField(primary_key=True)
    table = models.CharField(max_length=40)
    row = models.BigIntegerField()
    absorbed = models.BigIntegerField()
    kept = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kept", "absorbed"], name="moved_pair")]
