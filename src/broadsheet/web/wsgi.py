"""What a web server loads: ``broadsheet.web.wsgi:application``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
_inside = get_wsgi_application()

from . import limits, warming  # noqa: E402 - Django is ready only now
from .door import Door  # noqa: E402

application = Door(_inside)
limits.share()
warming.start()
