"""Signed links that work without signing in: they say whose choice, which category, which channel, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from shanzhi.kernel.errors import NotFound
from shanzhi.notices.kinds import OUTSIDE, category_of

_SALT: Final = "shanzhi.notices.unsubscribe"


@dataclass(frozen=True)
class Choice:
    """What a link to unsubscribe stands for."""

    person_id: UUID
    category: str
    channel: str


def whole(path: str) -> str:
    """Give the whole address of a path of this site, for use outside it."""
    return urljoin(settings.PUBLIC_URL, path)


def unsubscribe_path(choice: Choice) -> str:
    """Give the address at which a category can be switched off for a channel."""
    token = signing.dumps([choice.person_id.hex, choice.category, choice.channel], salt=_SALT)
    return reverse("notices:unsubscribe", args=[token])


def read_choice(token: str) -> Choice:
    """Read a signed link; a forged one leads nowhere."""
    try:
        person, category, channel = signing.loads(token, salt=_SALT)
        category_of(category)
        if channel not in OUTSIDE:
            raise NotFound
        return Choice(UUID(hex=person), category, channel)
    except (signing.BadSignature, ValueError, TypeError, KeyError) as wrong:
        raise NotFound from wrong
