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
    address = reverse("audit:history", args=[kind, subject_id])
    return format_html('<a class="no-print" href="{}">{}</a>', address, gettext("Who changed what, when and why"))
