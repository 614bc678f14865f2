"""Sessions in the database, read by a prepared statement: every signed-in request reads one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.sessions.backends import db
from django.utils import timezone

from shanzhi.people.rights import SignIn
from shanzhi.work.prepared import Prepared

_SESSION: Final = Prepared(
    "session", "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(at)s"
)


def stored_session(key: str, *, at: datetime) -> str | None:
    """Give the stored data of a session that is not over at a moment, or nothing."""
    row = _SESSION.one({"key": key, "at": at}) if key and "\x00" not in key else None
    return row[0] if row else None


class SessionStore(db.SessionStore):
    """Django's sessions; only their reading differs."""

    def load(self) -> dict[str, Any]:
        """Give the data of a session that is not over, else nothing."""
        data = stored_session(self.session_key or "", at=timezone.now())
        if data is None:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(data)
        return kept

    def cycle_key(self) -> None:
        """Take a new key, and let the note of the sign-in follow."""
        old = self.session_key
        super().cycle_key()
        noted = self.get("people_sign_in")
        if noted and old:
            SignIn.objects.filter(pk=noted, session_key=old).update(session_key=self.session_key or "")
