"""`{% load log %}`: the way from a thing's page to its history."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from shanzhi.kernel.roles import STAFF_READERS

register = template.Library()


@register.simple_tag(takes_context=True)
def history_link(context: Context, kind: str, subject_id: Any, area: str) -> SafeString | str:
    """Write a link to the history of a thing, for staff and auditors of its area alone; asks no database."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or not actor.holds(STAFF_READERS, area):
        return ""
    return open_history_link(kind, subject_id)


@register.simple_tag
def open_history_link(kind: str, subject_id: Any, about: Any = "") -> SafeString:
    """Write a link to the history of a thing, where everybody who is shown it may open that.

    `about` tells several links of a page apart for those who hear it.
    """
    address = reverse("audit:history", args=[kind, subject_id])
    more = format_html('<span class="unseen"> · {}</span>', about) if about else ""
    words = gettext("Who changed what, when and why")
    return format_html('<a class="no-print history" href="{}">{}{}</a>', address, words, more)
