"""A notice written out for the page: `{% load notices %}`, then `{% with shown=row.notice|told %}`."""

from django import template
from django.utils.translation import get_language

from shanzhi.notices.kinds import Rendered, kind_of, render
from shanzhi.notices.models import Notice

register = template.Library()


@register.filter
def told(notice: Notice) -> Rendered:
    """Write a notice in the language of the page."""
    return render(kind_of(notice.kind), notice.values, get_language() or "zh-hans")


@register.filter
def category_label(notice: Notice) -> str:
    """Name a notice's category."""
    return str(kind_of(notice.kind).category.label)
