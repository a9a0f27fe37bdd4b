"""One cache for pages and for counts of attempts: pages in memory, counts in files that all processes share."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache

from broadsheet.config import current

_COUNTS = "allauth:"


class Cache(LocMemCache):
    """Counts of sign-in attempts (keys of django-allauth) must hold over processes and restarts."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._files = FileBasedCache(str(current().data / "limits"), {**params, "OPTIONS": {"MAX_ENTRIES": 5000}})

    def add(self, key: str, *args: Any, **more: Any) -> Any:
        """Store if absent."""
        return self._files.add(key, *args, **more) if key.startswith(_COUNTS) else super().add(key, *args, **more)

    def get(self, key: str, *args: Any, **more: Any) -> Any:
        """What is kept."""
        return self._files.get(key, *args, **more) if key.startswith(_COUNTS) else super().get(key, *args, **more)

    def set(self, key: str, *args: Any, **more: Any) -> Any:
        """Store."""
        return self._files.set(key, *args, **more) if key.startswith(_COUNTS) else super().set(key, *args, **more)

    def delete(self, key: str, *args: Any, **more: Any) -> Any:
        """Forget one."""
        chosen = self._files.delete if key.startswith(_COUNTS) else super().delete
        return chosen(key, *args, **more)

    def clear(self) -> None:
        """Forget all."""
        self._files.clear()
        super().clear()
