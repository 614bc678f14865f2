"""Templates for themes: staff write them, a resident begins a draft from one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.ventures.lifecycle import UNFROZEN
from shanzhi.ventures.models import Call, Template
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.calls import locked_call
from shanzhi.ventures.operations.drafts import SUMMARY
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.operations.proposals import SavedProposal, create_proposal, note
from shanzhi.ventures.policies import require_runs, visible_calls

MOST_ROWS: Final = 12
_LONG: Final = fields.text(fields.LONGEST_TEXT)
ACTIVITY: Final[dict[str, fields.Reader]] = {"title": fields.text(120), "detail": fields.text(1000)}
LINE: Final[dict[str, fields.Reader]] = {
    "item": fields.text(120), "unit": fields.text(20), "category": fields.text(40),
}  # fmt: skip


class StaleTemplate(Conflict):
    """The template was saved by someone else meanwhile."""

    code = "stale_template"
    message = _("Someone else changed this template after you opened it. Reload the page and type your change again.")


class TemplatesOver(Conflict):
    """Proposals are no longer taken."""

    code = "templates_over"
    message = _("This round takes no more proposals, so a template would help nobody.")


def _rows(readers: Mapping[str, fields.Reader], name: str) -> fields.Reader:
    def read(value: Any) -> list[dict[str, Any]]:
        found, problems = fields.rows(readers, dict.fromkeys(readers, ""), value, name=name, most=MOST_ROWS)
        if problems:
            raise BadValue(problems[0].words)
        return found

    return read


READERS: Final[dict[str, fields.Reader]] = {
    "summary": fields.text(SUMMARY), "need": _LONG, "aims": _LONG, "risks": _LONG,
    "activities": _rows(ACTIVITY, "activities"), "budget": _rows(LINE, "budget"),
}  # fmt: skip


def save_template(
    *, actor: Actor, call_id: UUID, theme: str, version: int, given: Mapping[str, Any], at: datetime
) -> Template | None:
    """Write the template of a theme, whole; nothing in it takes the template away. A new one has the version 0 before.

    Drafts that began from it keep what they were given. Raises BadValue, StaleTemplate, TemplatesOver, NotYourCall.
    """
    values, problems = fields.read(READERS, given)
    if problems:
        raise BadValue(problems[0].words, field=problems[0].field)
    content = {name: value for name, value in values.items() if value}
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        if theme not in call.themes:
            raise NotFound
        if call.imported or call.state not in (*UNFROZEN, "submission"):
            raise TemplatesOver
        row = Template.objects.select_for_update().filter(call=call, theme=theme).first()
        if (row.content if row else {}) == content:
            return row
        if version != (row.version if row else 0):
            raise StaleTemplate
        return _put(actor, call, theme, row, content, at)


def _put(
    actor: Actor, call: Call, theme: str, row: Template | None, content: dict[str, Any], at: datetime
) -> Template | None:
    verb = "change" if content else "remove"
    row = row or Template(call=call, theme=theme, version=0)
    if content:
        row.content, row.version = content, row.version + 1
        row.changed_at, row.changed_by_id = at, actor.person_id
        row.save()
    change = {"call": str(call.pk), "theme": theme, "fields": sorted(content), "version": row.version}
    record(actor=actor, verb=f"ventures.template.{verb}", subject=row, area=call.area, change=change, at=at)
    if not content:
        row.delete()
        return None
    return row


def copy_templates(*, actor: Actor, source: Call, target: Call, at: datetime) -> None:
    """Take the templates of a call over into a draft that was made from it."""
    require_runs(actor, target)
    for row in Template.objects.filter(call=source, theme__in=target.themes):
        _put(actor, target, row.theme, None, row.content, at)


def begin_from_template(*, actor: Actor, call_id: UUID, theme: str, at: datetime) -> SavedProposal:
    """Begin a draft from the template of a theme. Raises as `create_proposal`, and NotFound without such a template."""
    with transaction.atomic():
        row = Template.objects.filter(
            call__in=Call.objects.filter(visible_calls(actor), pk=call_id), theme=theme
        ).first()
        if row is None or theme not in row.call.themes:
            raise NotFound
        made = create_proposal(actor=actor, call_id=call_id, given={**row.content, "theme": theme}, at=at)
        made.proposal.template = row.content
        made.proposal.save(update_fields=["template"])
        note(actor, "template", made.proposal, {"theme": theme}, at)
    return made
