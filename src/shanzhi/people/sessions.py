"""What keeps the sessions and the counters of attempts from telling whose they are."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare, salted_hmac

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.ciphers import Unreadable
from shanzhi.people.fields import cipher
from shanzhi.people.models import session_proof
from shanzhi.people.session_store import SessionStore
from shanzhi.work.prepared import Prepared

PURPOSE: Final = "people.session"
KEY: Final = re.compile(r"[a-z0-9]{8,40}")
"""What Django makes keys of sessions of."""
_SALT: Final = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
# The account by the note of the sign-in, which stands beside each session in use: one look instead of two. Each table
# is asked by a key of one row, however empty it was when a connection planned this.
SIGNED_IN: Final = Prepared(
    "signed_in",
    """
SELECT s.session_data, a.id, a.person_id, a.password, a.session_count
FROM django_session s
LEFT JOIN LATERAL (SELECT n.account_id FROM people_signin n WHERE n.session_key = s.session_key LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT b.* FROM people_account b WHERE b.id = n.account_id AND b.is_active LIMIT 1) a ON true
WHERE s.session_key = %(key)s AND s.expire_date > %(at)s
""",
)
# The same for many at once. A list of one would cost a ballot a tenth of its time.
EACH_SIGNED_IN: Final = Prepared(
    "each_signed_in",
    """
SELECT k.n, s.session_data, a.id, a.person_id, a.password, a.session_count
FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS k (key, n)
JOIN LATERAL (SELECT d.* FROM django_session d WHERE d.session_key = k.key AND d.expire_date > %(at)s LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT n.account_id FROM people_signin n WHERE n.session_key = k.key LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT b.* FROM people_account b WHERE b.id = n.account_id AND b.is_active LIMIT 1) a ON true
""",
)
_ACCOUNT: Final = Prepared(
    "account", "SELECT person_id, password, session_count FROM people_account WHERE id = %(id)s::uuid AND is_active"
)


class SealedSerializer:
    """Writes a session's data encrypted under the key of personal data."""

    def dumps(self, obj: Any) -> bytes:
        """Encrypt the data of a session."""
        return cipher().seal(json.dumps(obj, separators=(",", ":")), purpose=PURPOSE)

    def loads(self, data: bytes) -> Any:
        """Decrypt the data of a session; one that does not open is an empty one, so its owner signs in again."""
        try:
            return json.loads(cipher().open(data, purpose=PURPOSE))
        except Unreadable:
            return {}


def voter_behind(session_key: str, *, at: datetime) -> Actor | None:
    """Give the person behind one session, as `voters_behind` does."""
    found = SIGNED_IN.one({"key": session_key, "at": at}) if KEY.fullmatch(session_key) else None
    return _proved(*found) if found else None


def voters_behind(session_keys: Sequence[str], *, at: datetime) -> list[Actor | None]:
    """Give the person behind each session at a moment, without roles; nothing unless all is in order.

    The same tests as Django's session and authentication middleware, in one prepared statement for all (and one more
    for each whose session nobody noted) and without a model: a session that is signed out or over, an account that is
    closed, or a password changed since gives nothing. Nothing is remembered between calls. Who gets nothing is not
    refused here: the caller lets the middleware answer.
    """
    found: list[Actor | None] = [None] * len(session_keys)
    keys = [key if KEY.fullmatch(key) else "" for key in session_keys]  # an empty one is nobody's
    for number, *row in EACH_SIGNED_IN.rows({"keys": "{" + ",".join(f'"{key}"' for key in keys) + "}", "at": at}):
        found[int(number or 0) - 1] = _proved(*row)
    return found


def _proved(data: str | None, noted: str | None, *account: str | None) -> Actor | None:
    """Give who is behind a session by what it says itself; a note that says otherwise is not followed."""
    kept = SessionStore().decode(data or "")
    if kept.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS or SESSION_KEY not in kept:
        return None
    account_id = UUID(kept[SESSION_KEY])
    if noted != str(account_id):  # a session that nobody noted
        account = _ACCOUNT.one({"id": account_id}) or ()
    if not account:
        return None
    person_id, password, count = account
    # Django's own way, without a model: making an Account costs seven times as much as the proof
    proof = session_proof(salted_hmac(_SALT, password or "", algorithm="sha256").hexdigest(), int(count or 0))
    if person_id is None or not constant_time_compare(kept.get(HASH_SESSION_KEY, ""), proof):
        return None
    return Actor(person_id=UUID(person_id), account_id=account_id)


def hidden_key(key: str, key_prefix: str, version: int) -> str:
    """Turn a cache key into one that cannot be tried out: a plain digest of a phone number could be."""
    content = f"{key_prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), content, hashlib.sha256).hexdigest()
