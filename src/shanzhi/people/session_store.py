"""Sessions in the database, read by a prepared statement: every signed-in request reads one."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.utils import timezone

from shanzhi.work.planned import fetch_one

_SESSION: Final = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's sessions; only their reading differs."""

    def load(self) -> dict[str, Any]:
        """Give the data of a session that is not over, else nothing."""
        key = self.session_key
        row = fetch_one(_SESSION, (key, timezone.now())) if key and "\x00" not in key else None
        if row is None:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(row[0])
        return kept
