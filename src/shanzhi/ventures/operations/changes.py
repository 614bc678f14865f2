"""Changing what decides after it was frozen: in public, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import ENDED, UNFROZEN
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.operations import fields
from shanzhi.ventures.operations.ballot import prepare_vote
from shanzhi.ventures.operations.call_fields import READERS
from shanzhi.ventures.operations.calls import (
    PARTS,
    ReasonMissing,
    StaleCall,
    TermsFrozen,
    apply,
    changed_fields,
    locked_call,
)
from shanzhi.ventures.operations.categories import keyed
from shanzhi.ventures.operations.fields import BadValue
from shanzhi.ventures.operations.terms import DECIDING, OPTIONAL, terms_of, write_terms
from shanzhi.ventures.policies import GROUP_OF, require_runs, voting_actor
from shanzhi.ventures.queries.budget import verdict_of
from shanzhi.ventures.queries.checks import blocking, checks_of

HANDED_IN: Final = ("submitted", "returned", "passed")
NAMED: Final = 10  # proposals that a refusal names
LIMIT: Final = _("Proposals for more than this limit were handed in already (%(numbers)s); keep it higher.")
AREAS: Final = _("Proposals from outside these areas were handed in already (%(numbers)s); keep their areas.")
THEMES: Final = _("Proposals with a theme left out here were handed in already (%(numbers)s); keep their themes.")
BUDGETS: Final = _("Budgets handed in already would break these rules (%(numbers)s); keep the rules milder.")
TEAMS: Final = _("Proposals of teams left out here were handed in already (%(numbers)s); keep their kind of team.")


class NothingChanged(Invalid):
    """The new terms equal those in force."""

    code = "nothing_changed"
    message = _("These terms are the ones in force already. Change something, or leave the page.")


class TermsUnfit(Invalid):
    """With the change, the call could not be carried through."""

    code = "terms_unfit"
    message = _("With this change the call could not go on. %(why)s")


def change_terms(
    *, actor: Actor, call_id: UUID, version: int, given: Mapping[str, Any], reason: str, at: datetime
) -> Call:
    """Change what decides after it was frozen: a new version of the terms, with a public reason and a notice.

    What was handed in stays within limit, areas, themes and kinds of teams; what has begun cannot be moved; and the new
    terms pass the same checks as those first frozen. Raises ReasonMissing, NothingChanged, StaleCall, BadValue,
    TermsUnfit, NotYourCall.
    """
    words = fields.text(2000)(reason)
    if not words:
        raise ReasonMissing(field="reason")
    values, problems = fields.read(READERS, given)
    if problems:
        raise BadValue(problems[0].words, field=problems[0].field)
    with transaction.atomic():
        call = locked_call(actor=actor, call_id=call_id)
        require_runs(actor, call)
        _changeable(call, version)
        changed = changed_fields(call, keyed(values, call))
        if not changed.keys() & {*DECIDING, *OPTIONAL, *PARTS}:
            raise NothingChanged
        _keeps_promises(call, values)
        _take_over(actor, call, values, reason=words, at=at)
        change = {"fields": changed, "terms": call.terms_version}
        record(
            actor=actor, verb="ventures.call.change_terms", subject=call, area=call.area, change=change, at=at,
            reason=words,
        )  # fmt: skip
    return call


def _changeable(call: Call, version: int) -> None:
    if version != call.version:
        raise StaleCall
    if call.state in UNFROZEN:
        raise Conflict(_("The terms are not frozen yet: save the call in its builder instead."))
    if call.state in (*ENDED, "voting", "pitch", "award"):
        raise TermsFrozen(_("Once the vote has opened, the terms can no longer change."))


def _keeps_promises(call: Call, values: Mapping[str, Any]) -> None:
    handed_in = Proposal.objects.filter(call=call, state__in=HANDED_IN)
    _fits(handed_in.filter(amount_fen__gt=values.get("limit_fen", call.limit_fen)), "limit_fen", LIMIT)
    if "areas" in values:
        if not values["areas"]:
            raise BadValue(_("Choose at least one area."), field="areas")
        _fits(handed_in.exclude(within_any("community", values["areas"])), "areas", AREAS)
    if call.state == "notice" and values.get("training", call.training) != call.training:
        raise BadValue(_("Training can no longer be asked for: the public notice has begun."), field="training")
    if values.get("budget_rules", call.budget_rules) != call.budget_rules:
        _fits_budgets(handed_in, values["budget_rules"])
    if values.get("themes"):
        _fits(handed_in.exclude(theme__in=["", *values["themes"]]), "themes", THEMES)
    if "proposers" in values:
        left_out = [kind for kind, group in GROUP_OF.items() if group not in values["proposers"]]
        _fits(handed_in.filter(team_kind__in=left_out), "proposers", TEAMS)
    begun = {phase.kind: phase.starts_at for phase in call.phases.filter(opened_at__isnull=False)}
    phases = values.get("phases")
    if phases is not None and any(kind not in phases or phases[kind][0] != start for kind, start in begun.items()):
        words = _("A phase that has begun keeps its start; change only its end and what comes after.")
        raise BadValue(words, field="phases")


def _fits(left_out: QuerySet[Proposal], field: str, words: Any) -> None:
    """Refuse a change that would leave out proposals handed in already; names the first of them by number."""
    numbers = list(left_out.order_by("number").values_list("number", flat=True)[:NAMED])
    if numbers:
        raise BadValue(words % {"numbers": ", ".join(f"{number:03d}" for number in numbers)}, field=field)


def _fits_budgets(handed_in: QuerySet[Proposal], rules: Mapping[str, Any]) -> None:
    """Refuse rules that budgets handed in already would break; the lines keep their categories by key."""
    broken = []
    for proposal in handed_in.select_related("call").prefetch_related("budget").order_by("number"):
        if any(fault.code != "project" for fault in verdict_of(proposal, rules).faults):
            broken.append(f"{proposal.number:03d}")
    if broken:
        raise BadValue(BUDGETS % {"numbers": ", ".join(broken[:NAMED])}, field="budget_rules")


def _take_over(actor: Actor, call: Call, values: Mapping[str, Any], *, reason: str, at: datetime) -> None:
    """Write the version first, which opens the triggers for this one change, then make rows and terms say the same."""
    future = _future(call, values)
    write_terms(call, future, reason=reason, at=at)
    apply(actor, call, values)
    call.terms_version += 1
    call.version += 1
    call.save()
    _require_whole(call, at)
    if call.state == "notice":
        prepare_vote(voting_actor(actor, call), call, at)  # a new poll of the new terms; its roll is drawn anew
        call.save(update_fields=["poll"])
    assert terms_of(call) == future


def _require_whole(call: Call, at: datetime) -> None:
    """Refuse terms with which a later phase could not be reached: the same checks as before the freeze."""
    now = Call.objects.prefetch_related("areas", "phases").get(pk=call.pk)
    found = blocking(checks_of(now, at))
    if found:
        raise TermsUnfit(why=found[0].told, field=found[0].field)


def _future(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    future = terms_of(call)
    for name, value in values.items():
        if name in DECIDING or (name in OPTIONAL and value):
            future[name] = value.isoformat() if isinstance(value, date) else value
    for name in OPTIONAL:
        if name in values and not values[name]:
            future.pop(name, None)
    if "areas" in values:
        future["areas"] = sorted(values["areas"])
    if "phases" in values:
        future["phases"] = [
            {"kind": kind, "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
            for kind, (starts, ends) in values["phases"].items()
        ]
    return future
