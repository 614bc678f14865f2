"""What keeps the sessions and the counters of attempts from telling whose they are."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final

from django.conf import settings

from shanzhi.kernel.ciphers import Unreadable
from shanzhi.people.fields import cipher

PURPOSE: Final = "people.session"


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


def hidden_key(key: str, key_prefix: str, version: int) -> str:
    """Turn a cache key into one that cannot be tried out: a plain digest of a phone number could be."""
    content = f"{key_prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), content, hashlib.sha256).hexdigest()
