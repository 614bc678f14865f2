"""Score sheets of a jury: saved while they are filled in, handed in, sealed until the chair closes the jury."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest
from shanzhi.kernel.errors import Conflict as ConflictRefusal
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.people.actors import records_among
from shanzhi.tally.jury import Method, jury_scores
from shanzhi.ventures.lifecycle import SHEET
from shanzhi.ventures.models import (
    Call,
    Conflict,
    Juror,
    JuryClosing,
    Notice,
    Proposal,
    ScoreSheet,
    TeamMember,
    TeamSeat,
)
from shanzhi.ventures.operations.calls import locked_call
from shanzhi.ventures.operations.fields import BadValue, text
from shanzhi.ventures.operations.jury import DeclareFirst, NoJury, own_juror
from shanzhi.ventures.policies import chairs, is_party, within_term
from shanzhi.ventures.queries.naming import option_code

JUROR: Final = Actor.system("juror")
LONGEST_COMMENT: Final = 2000


class OwnInterest(Forbidden):
    """The juror has an interest in this project."""

    code = "own_interest"
    message = _("You declared an interest in this project, so its sheet is not yours to see or to fill in.")


class StaleSheet(ConflictRefusal):
    """The sheet was saved on another device meanwhile."""

    code = "stale_sheet"
    message = _("This sheet was saved on another device meanwhile. Reload it, look at the change and save again.")


class SheetIncomplete(ConflictRefusal):
    """A criterion has no score."""

    code = "sheet_incomplete"
    message = _("Give each criterion its points, from 0 to 100, before you hand the sheet in.")


class SheetsDue(ConflictRefusal):
    """Some sheets are missing."""

    code = "sheets_due"
    message = _(
        "%(count)s sheets are still due. Wait for them, or have a juror who cannot go on leave the jury for a reason."
    )


class NotTheChair(Forbidden):
    """Only the chair closes."""

    code = "not_the_chair"
    message = _("The jury is closed by its chair.")


def criteria_of(call: Call) -> dict[str, Mapping[str, Any]]:
    """Give the criteria of a call's jury by their keys, in order."""
    return {str(one["key"]): one for one in call.jury.get("criteria", ())}


def save_sheet(
    *,
    actor: Actor,
    call_id: UUID,
    proposal_id: UUID,
    version: int,
    scores: Mapping[str, Any],
    comment: str = "",
    hand_in: bool = False,
    at: datetime,
) -> ScoreSheet:
    """Save a juror's own sheet, or hand it in; `version` is 0 for a new one. The same content again changes nothing.

    `scores`: 0 to 100 by criterion; a sheet that is not handed in may lack some. May be changed until the closing.
    Raises DeclareFirst, OwnInterest, StaleSheet, SheetIncomplete, BadValue, NoJury, NotFound.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(pk=call_id).first()
        if call is None:
            raise NotFound
        juror = own_juror(actor, call, at=at, lock=True)
        _require_scoring(call)
        proposal = Proposal.objects.filter(call=call, pk=proposal_id, state="on_ballot").first()
        if proposal is None:
            raise NotFound
        if juror.declared_at is None:
            raise DeclareFirst
        if is_party(actor, proposal) or Conflict.objects.filter(juror=juror, proposal=proposal).exists():
            raise OwnInterest
        content = _content(call, scores, comment, whole=hand_in)
        return _write(actor, juror, proposal, version, content, hand_in=hand_in, at=at)


def _require_scoring(call: Call) -> None:
    if not call.jury or call.state != "pitch" or JuryClosing.objects.filter(call=call).exists():
        raise NoJury(_("Sheets are filled in during the phase of pitches, until the chair closes the jury."))


def _content(call: Call, scores: Mapping[str, Any], comment: str, *, whole: bool) -> str:
    known = criteria_of(call)
    found: dict[str, int] = {}
    for key, value in scores.items():
        if value is None or value == "":
            continue
        if key not in known or not str(value).isascii() or not str(value).isdigit() or int(value) > 100:
            raise BadValue(_("Points are whole numbers from 0 to 100."), field=f"score_{key}")
        found[key] = int(value)
    if whole and set(found) != set(known):
        raise SheetIncomplete(field=f"score_{next(key for key in known if key not in found)}")
    return json.dumps({"scores": found, "comment": text(LONGEST_COMMENT)(comment)}, ensure_ascii=False, sort_keys=True)


def _write(
    actor: Actor, juror: Juror, proposal: Proposal, version: int, content: str, *, hand_in: bool, at: datetime
) -> ScoreSheet:
    sheet = ScoreSheet.objects.select_for_update().filter(juror=juror, proposal=proposal).first()
    if sheet is None:
        sheet = ScoreSheet(juror=juror, proposal=proposal, version=0)
    elif sheet.content.reveal() == content and (sheet.state == "handed_in") >= hand_in:
        return sheet
    elif version != sheet.version:
        raise StaleSheet
    reopened = sheet.state == "handed_in" and not hand_in
    if hand_in:
        sheet.state = SHEET.move(sheet.state, "hand_in")
        sheet.handed_in_at = at
    elif reopened:
        sheet.state = SHEET.move(sheet.state, "reopen")
        sheet.handed_in_at = None
    sheet.content, sheet.changed_at = content, at
    sheet.version += 1
    sheet.save()
    if hand_in or reopened:
        verb = "ventures.sheet.hand_in" if hand_in else "ventures.sheet.reopen"
        change = {"juror": juror.number, "project": option_code(proposal)}
        record(actor=actor, verb=verb, subject=sheet, area=juror.call.area, change=change, at=at)
    else:  # the times of what is typed in between would tell how a juror thinks: neither juror nor sheet is named
        unnamed = ScoreSheet(pk=UUID(int=0))
        record(actor=JUROR, verb="ventures.sheet.save", subject=unnamed, area=juror.call.area, at=at)
    return sheet


def due_sheets(call: Call, at: datetime) -> list[tuple[int, str]]:
    """List the sheets still due, as juror's number and project's code; never a score. Nobody waits for a term over."""
    projects = {one.pk: option_code(one) for one in Proposal.objects.filter(call=call, state="on_ballot")}
    jurors = dict(Juror.objects.filter(within_term(at), call=call, ends_at__isnull=True).values_list("pk", "number"))
    done = set(ScoreSheet.objects.filter(juror__in=jurors, state="handed_in").values_list("juror", "proposal")) | set(
        Conflict.objects.filter(juror__in=jurors).values_list("juror", "proposal")
    )
    done |= _own_projects(jurors)
    return sorted((jurors[j], projects[p]) for j in jurors for p in projects if (j, p) not in done)


def _own_projects(jurors: Mapping[Any, int]) -> set[tuple[Any, UUID]]:
    """Give the pairs of jurors and projects of whose team they are, also where a project came after the juror."""
    of_person = dict(Juror.objects.filter(pk__in=jurors).values_list("person", "pk"))
    of_person = {record: of_person[kept] for record, kept in records_among(of_person).items()}
    contacts = Proposal.objects.filter(contact__in=of_person).values_list("contact", "pk")
    members = TeamMember.objects.filter(person__in=of_person).values_list("person", "proposal")
    seats = TeamSeat.objects.filter(person__in=of_person).values_list("person", "proposal")
    return {(of_person[person], proposal) for person, proposal in (*contacts, *members, *seats)}


def close_jury(*, actor: Actor, call_id: UUID, at: datetime) -> JuryClosing:
    """Close the jury once all sheets are in: count them by the declared method and publish all voices by number.

    By the chair alone. Again, it gives the closing that there is. Raises NotTheChair, SheetsDue, NoJury.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(pk=call_id).first()
        if call is None:
            raise NotFound
        if not chairs(actor, call.pk, at):
            locked_call(actor=actor, call_id=call_id)
            raise NotTheChair
        closed = JuryClosing.objects.filter(call=call).first()
        if closed is not None:
            return closed
        _require_scoring(call)
        due = due_sheets(call, at)
        if due:
            raise SheetsDue(count=len(due))
        results = _results(call)
        method = {name: value for name, value in call.jury.items() if name != "criteria"}
        closed = JuryClosing.objects.create(
            call=call, closed_by_id=actor.person_id, closed_at=at, method=method, results=results,
            digest=digest({"jury": call.jury, "results": results}),
        )  # fmt: skip
        Notice.objects.create(
            call=call, kind="jury", title=call.title, content={"digest": closed.digest}, starts_at=at, published_at=at
        )
        change = {"digest": closed.digest, "sheets": sum(len(one["voices"]) for one in results)}
        record(actor=actor, verb="ventures.jury.close", subject=closed, area=call.area, change=change, at=at)
    return closed


def _results(call: Call) -> list[dict[str, Any]]:
    """Count the sheets handed in; jurors stand by their numbers, scores in hundredths."""
    criteria = criteria_of(call)
    sheets = ScoreSheet.objects.filter(juror__call=call, state="handed_in", proposal__state="on_ballot")
    given: dict[str, dict[str, dict[str, int]]] = {}
    comments: dict[tuple[str, str], str] = {}
    for sheet in sheets.select_related("juror", "proposal"):
        juror, code = f"{sheet.juror.number:03d}", option_code(sheet.proposal)
        held = json.loads(sheet.content.reveal())
        given.setdefault(juror, {})[code] = held["scores"]
        comments[juror, code] = held["comment"]
    method = Method(
        weights={key: int(one["weight"]) for key, one in criteria.items()},
        drop_extremes=bool(call.jury.get("drop_extremes")),
        normalise=call.jury.get("normalise", "none"),
    )
    return [
        {
            "project": code,
            "score": one.score,
            "voices": [
                {
                    "juror": int(voice.juror),
                    "scores": given[voice.juror][code],
                    "given": str(voice.given),
                    "used": str(voice.used),
                    "dropped": voice.dropped,
                }
                for voice in one.voices
            ],
        }
        for code, one in jury_scores(given, method).items()
    ]
