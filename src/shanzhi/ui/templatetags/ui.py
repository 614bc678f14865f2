"""The pieces as template tags, and the filters that write numbers, money and time: `{% load ui %}`."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from shanzhi.ui import drawing, formatting, navigation, pieces
from shanzhi.ui.listing import form
from shanzhi.ui.listing.page import ListPage
from shanzhi.ui.tongues import spoken

register = template.Library()

for _name in (
    "money",
    "yuan",
    "yuan_short",
    "day",
    "short_day",
    "minutes",
    "count",
    "file_size",
):
    register.filter(_name, getattr(formatting, _name))


@register.filter
def moment(value: datetime.datetime | None) -> SafeString | str:
    """Write a moment inside a `time` element that machines can read."""
    if value is None:
        return formatting.NONE
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.moment(value))


@register.filter
def bcp47(code: str) -> str:
    """Write Django's language code as browsers know it: zh-hans is zh-Hans."""
    language, _, rest = code.partition("-")
    return f"{language}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else language


@register.simple_tag(takes_context=True)
def relative(context: Context, value: datetime.datetime) -> str:
    """Write how far a moment lies from the request's time; stands beside the moment itself."""
    now = getattr(context.get("request"), "now", None) or datetime.datetime.now(datetime.UTC)
    return formatting.relative(value, now)


@register.simple_tag(takes_context=True)
def list_form(context: Context, page: ListPage) -> SafeString:
    """Draw the form of a list: search, order and filters."""
    return form.list_form(page, context.get("heading"))


@register.simple_tag
def address(url_name: str) -> str:
    """Write what `{% url %}` writes for a page without parts, at a quarter of the cost: for rows of links."""
    return navigation.address(url_name)


@register.inclusion_tag("ui/pieces/breadcrumb.html")
def breadcrumb(crumbs: Iterable[pieces.Crumb | tuple[Any, str]] | None = None) -> dict[str, Any]:
    """Draw the way from the home page, which need not be given, to here; takes Crumbs or (label, url) pairs."""
    steps = [crumb if isinstance(crumb, pieces.Crumb) else pieces.Crumb(*crumb) for crumb in crumbs or ()]
    if steps and steps[0].url != "/":
        steps.insert(0, pieces.Crumb(gettext("Home"), "/"))
    return {"crumbs": steps}


@register.inclusion_tag("ui/pieces/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """Draw a form field: label, help below it, its errors, the control."""
    return drawing.field_parts(bound)


@register.inclusion_tag("ui/pieces/error_summary.html")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """Draw the list of a form's errors, each linked to its field."""
    return {"errors": drawing.error_links(form) if form is not None and form.is_bound else []}


@register.simple_tag
def idempotency_key(form: BaseForm | None = None) -> SafeString:
    """Write the hidden key by which a form sent twice counts once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.simple_tag
def version_field(version: object) -> SafeString:
    """Write the hidden version of the thing that the form was opened on."""
    return format_html('<input type="hidden" name="version" value="{}">', version)


@register.inclusion_tag("ui/pieces/submit.html")
def submit(label: str, busy: str = "", kind: str = "main", name: str = "", value: str = "") -> dict[str, Any]:
    """Draw a form's button; `kind` is main, second or danger; `busy` is shown while the form is being sent."""
    return {"label": label, "busy": busy, "kind": kind, "name": name, "value": value}


@register.inclusion_tag("ui/pieces/saved_line.html")
def saved_line() -> dict[str, Any]:
    """Draw the line on which a form marked data-autosave says that its draft is saved."""
    return {}


@register.inclusion_tag("ui/pieces/phase_line.html")
def phase_line(phases: Sequence[pieces.Phase]) -> dict[str, Any]:
    """Draw a thing's course with its dates."""
    return {"phases": phases}


@register.inclusion_tag("ui/pieces/purse_bar.html")
def purse_bar(spent: int, total: int, label: str = "") -> dict[str, Any]:
    """Draw how much of a purse (fen) is taken up by what was chosen."""
    return {"bar": drawing.purse(spent, total), "label": label}


@register.inclusion_tag("ui/pieces/money_bar.html")
def money_bar(received: int, spent: int, label: str = "") -> dict[str, Any]:
    """Draw money received, spent and left, in fen."""
    return {"bar": drawing.money(received, spent), "label": label}


@register.inclusion_tag("ui/pieces/card.html")
def proposal_card(card: pieces.Card) -> dict[str, Any]:
    """Draw a proposal or project at a glance."""
    return {"card": card}


@register.inclusion_tag("ui/pieces/timeline.html")
def timeline(events: Iterable[pieces.Event]) -> dict[str, Any]:
    """Draw a thing's life, newest first as given."""
    return {"events": list(events)}


@register.inclusion_tag("ui/pieces/task_list.html")
def task_list(items: Iterable[pieces.Task]) -> dict[str, Any]:
    """Draw a list of tasks with their states."""
    return {"items": list(items)}


@register.inclusion_tag("ui/pieces/person_chip.html")
def person_chip(text: object, note: object = "", url: str = "", synthetic: bool = False) -> dict[str, Any]:
    """Draw a person or team by the name that the viewer may see."""
    words = str(text)
    return {"text": words, "first": words[:1], "note": note, "url": url, "synthetic": synthetic}


@register.inclusion_tag("ui/pieces/digest_badge.html")
def digest_badge(digest: str, url: str = "") -> dict[str, Any]:
    """Draw the digest of a published thing with the way to recount it."""
    return {"digest": digest, "brief": drawing.brief_digest(digest), "url": url}


@register.inclusion_tag("ui/pieces/empty_state.html")
def empty_state(title: object, text: object = "", url: str = "", label: object = "") -> dict[str, Any]:
    """Say why a list is empty and offer the next step."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("ui/pieces/notice.html")
def notice(kind: str, text: object, title: object = "") -> dict[str, Any]:
    """Draw a notice; `kind` is info, success, warning or error (Django's message tags fit)."""
    tone = drawing.NOTICE_TONES.get(kind.split()[-1] if kind else "", "accent")
    return {"tone": tone, "text": text, "title": title}


@register.simple_tag
def tag(kind: str, text: object) -> SafeString:
    """Write a state in a word or two; `kind` is plain, accent, good, warn or bad."""
    return drawing.tag(kind, text)


@register.inclusion_tag("ui/pieces/tabs.html")
def tabs(items: Iterable[pieces.Tab], label: str = "") -> dict[str, Any]:
    """Draw several views of one thing, each an address of its own."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("ui/pieces/answers.html")
def answers(items: Iterable[pieces.Answer]) -> dict[str, Any]:
    """Draw the answers given, each with the way back to change it."""
    return {"items": list(items)}


@register.inclusion_tag("ui/pieces/confirmation.html")
def confirmation(title: object, text: object = "", number: object = "") -> dict[str, Any]:
    """Say that it is done, and what happens next and when."""
    return {"title": title, "text": text, "number": number}


@register.inclusion_tag("ui/pieces/progress.html")
def progress(state: pieces.Progress) -> dict[str, Any]:
    """Draw how far a long work has come; asks again by itself where scripts run."""
    return {"progress": state, "bar": drawing.progress(state)}


@register.inclusion_tag("ui/pieces/chart.html")
def chart(spec: pieces.Chart, table: pieces.Table | None = None) -> dict[str, Any]:
    """Draw a chart with its table one click away; the table is made from the series where none is given."""
    return drawing.chart_parts(spec, table)


@register.inclusion_tag("ui/pieces/area_map.html")
def area_map(shapes: Sequence[pieces.Shape], title: str = "") -> dict[str, Any]:
    """Draw areas from their outlines, with the list of them beside it."""
    return {"map": drawing.area_map(shapes), "title": title}


@register.inclusion_tag("ui/pieces/qr_card.html")
def qr_card(address: str, title: object, text: object = "") -> dict[str, Any]:
    """Draw a QR code with its address in letters."""
    return {"code": drawing.qr(address), "address": address, "title": title, "text": text}


@register.simple_block_tag(end_name="endsheet")
def sheet(content: str, title: object = "") -> SafeString:
    """Wrap what is meant for paper: `{% sheet "title" %}…{% endsheet %}`."""
    return drawing.sheet(content, title)


@register.simple_block_tag(end_name="endtongues")
def tongues(content: str) -> SafeString:
    """Say of all Chinese in a page of another language that it is Chinese: `{% tongues %}…{% endtongues %}`."""
    return mark_safe(spoken(content))  # noqa: S308 - a rendered template
