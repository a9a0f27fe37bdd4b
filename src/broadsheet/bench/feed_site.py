"""The site that `bench feeds` polls: ``python -m broadsheet.bench.feed_site DATA`` fills a copy, writes when told."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Sequence
from urllib.parse import quote_plus

from ..errors import UsageError

READERS = 20
_ENDINGS = {"atom": 6, "rss": 3, "json": 1}


def _fill() -> tuple[dict[str, list[str]], list[int], list[int]]:
    """Addresses by kind, row ids of readers and of the newest papers."""
    from datetime import UTC, datetime, timedelta

    from django.db import transaction
    from django.db.models import Count, Max

    from ..catalogue.keys import new_key
    from ..catalogue.models import Paper, PaperAuthor, PaperTerm
    from ..readers import collections, feed_secrets, service
    from ..readers.models import Reader, Stream
    from .crowd import _brought_near

    now, draw = datetime.now(UTC), random.Random(13)
    newest = Paper.objects.filter(state="live", edition_day__lte=now.date()).aggregate(day=Max("edition_day"))["day"]
    if newest is None:
        raise UsageError("There are no papers to measure with. Import some first; nothing was changed.")
    with transaction.atomic():
        _brought_near(newest, now.date())
    rows = list(Paper.objects.filter(state="live", edition_day__lte=now.date()).order_by("-edition_day", "-id")
                .values_list("id", flat=True)[:2000])
    terms = PaperTerm.objects.filter(kind="category", paper__in=rows).values("slug").annotate(n=Count("id"))
    names = [one["slug"] for one in terms.order_by("-n")[:20]]
    authors = list(PaperAuthor.objects.filter(paper__in=rows[:200]).values_list("folded", flat=True)[:10])
    houses = [one for one in Paper.objects.filter(id__in=rows).values_list("organisation", flat=True) if one][:3]
    titles = Paper.objects.filter(id__in=rows[:300]).values_list("title", flat=True)
    words = [word for title in titles for word in title.split()[:3] if word.isalpha() and len(word) > 5]
    readers, private = [], []
    for number in range(READERS):
        reader = service.make(now - timedelta(days=90))
        Reader.objects.filter(pk=reader.pk).update(joined_at=now - timedelta(days=90), name=f"Poller {number}")
        reader.refresh_from_db()
        kept = collections.make(reader, "Kept", now)
        collections.add(reader, kept, draw.sample(rows, 30), now)
        service.mark(reader, draw.sample(rows, 30), service.SAVED, now)
        stream = Stream.objects.create(key=new_key(), reader=reader, name="Mine", wanted=draw.sample(words, 3),
                                       categories=[], made_at=now, changed_at=now)
        secret = feed_secrets.renew(reader, now)
        private += [f"{secret}/saved", f"{secret}/collections/{kept.key}", f"{secret}/streams/{stream.key}"]
        readers.append(reader.pk)
    from ..text.folding import slug

    parts: dict[str, list[str]] = {
        "front": [""], "all": [""], "trending": [""], "comments": [""], "list": ["/hf_daily", "/arxiv_daily"],
        "topics": [f"/{name}" for name in names], "authors": [f"/{name}" for name in authors],
        "organisations": [f"/{slug(name)}" for name in houses] or ["/"],
        "search": [f"?q={quote_plus(' '.join(draw.sample(words, 2)))}" for _ in range(10)],
        "private": [f"/{one}" for one in private]}
    return {kind: _spelt(kind, found, draw) for kind, found in parts.items()}, readers, rows


def _spelt(kind: str, parts: Sequence[str], draw: random.Random) -> list[str]:
    """Addresses with endings, most of them Atom; lists of the site in all three."""
    made = []
    for part in parts:
        path, mark, query = part.partition("?")
        endings = list(_ENDINGS) if len(parts) == 1 else draw.choices(list(_ENDINGS), list(_ENDINGS.values()))
        made += [f"/feeds/{kind}{path}.{ending}{mark}{query}" for ending in endings]
    return made


def _main() -> None:
    """Fill the database of the directory, tell the addresses, then write once for each line that comes."""
    os.environ |= {"BROADSHEET_DATA": sys.argv[1], "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
    import django

    django.setup()
    from datetime import UTC, datetime

    from django.core.management import call_command
    from django.db import transaction

    from ..catalogue import changes
    from ..catalogue.models import Paper
    from ..readers import votes
    from ..readers.models import Reader

    call_command("migrate", verbosity=0)
    addresses, readers, rows = _fill()
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()
    people, draw = list(Reader.objects.filter(pk__in=readers)), random.Random(14)
    for line in sys.stdin:
        moment = datetime.now(UTC)
        if line.strip() == "vote":
            votes.cast(draw.choice(people), draw.choice(rows[:1000]), moment)
        else:
            row = draw.choice(rows[:300])
            with transaction.atomic():
                Paper.objects.filter(pk=row).update(changed_at=moment)
                changes.append([row], changes.INTERACTIVE)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
