"""Every address of the site, read from the site itself, and filled with what lies in the database.

A new address needs nothing here unless it names a part that no other has; then `values` says what to put there, and
until it does, whoever asks for the addresses is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from shanzhi.config.api import api
from shanzhi.ui.methods import methods_of
from shanzhi.ventures.forms.desk import PARTS as CALL_PARTS
from shanzhi.ventures.forms.team import PARTS

API: Final = "/api/"
NOBODYS: Final = "00000000-0000-4000-8000-000000000000"
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>")
Values = Mapping[str, Sequence[Any]]
# What the parts of addresses are where no row of a table is meant.
WORDS: Final[dict[str, Sequence[Any]]] = {
    "kind": ("home", "ventures.call", "voting.poll", "ventures.proposal", "ventures.sheet"),
    "part": tuple(dict.fromkeys((*PARTS, *CALL_PARTS))),
    "purpose": ("privacy",),
    "run": (1,),
    "version": (1,),
    "position": (1,),
    "secret": ("nobodys-secret",),
    "token": ("nobodys-token",),
    "joining_code": ("nobodys-code",),
    "gate_code": ("nobodys-code",),
    "feed_secret": ("nobodys-secret",),
    "vocabulary": ("skills", "tasks"),
    "area": ("370102",),
    **dict.fromkeys(("upload_id", "batch_id", "sheet_id", "job_id", "sign_in_id", "recovery_id", "invitation_id",
                     "merge_id"), (NOBODYS,)),
    "ward_id": (NOBODYS,),
    "round_id": (NOBODYS,),
    "ask": ("renewal",),
    "on": ("2021-01-31",),
    "first": (1,),
    "by": ("class",),
    "proposal": (NOBODYS,),
    "thing_id": (NOBODYS,),
    "things": ("payments", "expenses", "requests"),
    "ending": ("docx", "pdf"),
    "link_id": (NOBODYS,),
    "row_id": (1,),
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """An address as the site declares it: its template, what it is called, and the view behind it."""

    template: str
    name: str
    view: Any

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled in."""
        return tuple(_PLACE.findall(self.template))

    @property
    def of_api(self) -> bool:
        """Whether it belongs to the API."""
        return self.template.startswith(API)

    @property
    def methods(self) -> frozenset[str]:
        """The methods that it says it takes: the view of a page, the document of the API."""
        if not self.of_api:
            return frozenset(methods_of(self.view))
        named = _api_methods().get(_PLACE.sub(r"{\1}", self.template), frozenset({"GET"}))
        return named | {"HEAD"} if "GET" in named else named

    def filled(self, values: Values) -> Iterator[str]:
        """Give the addresses for all that each place may hold."""
        for chosen in product(*(values[place] for place in self.places)):
            words = iter(chosen)
            yield _PLACE.sub(lambda _place: str(next(words)), self.template)  # noqa: B023 - used at once


def routes(urlconf: Any = None) -> list[Route]:
    """Give every route once, pages and API."""
    found: dict[str, Route] = {}
    for route in _routes(get_resolver(urlconf).url_patterns, "/"):
        found.setdefault(route.template, route)
    return list(found.values())


def _routes(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[Route]:
    for one in patterns:
        template = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, template)
        else:
            yield Route(template, one.name or "", one.callback)


@cache
def _api_methods() -> dict[str, frozenset[str]]:
    paths = api.get_openapi_schema()["paths"]
    return {address: frozenset(method.upper() for method in methods) for address, methods in paths.items()}


@cache
def tables() -> dict[str, Any]:
    """Which table a place of an address names a row of."""
    models = {
        "attachment_id": "ventures.Attachment", "booth_id": "voting.Booth", "call_id": "ventures.Call",
        "comment_id": "ventures.Comment", "delivery_id": "notices.Delivery", "dispute_id": "ventures.Dispute",
        "figure_id": "places.AreaFigure", "grant_id": "people.RoleGrant", "juror_id": "ventures.Juror",
        "mark_id": "voting.PaperMark", "notice_id": "notices.Notice", "person_id": "people.Person",
        "poll_id": "voting.Poll", "proposal_id": "ventures.Proposal", "station_id": "places.Station",
        "code": "places.Area", "number": "audit.Event", "size": "audit.TreeHead", "pk": "mfa.Authenticator",
        "session_id": "ventures.TrainingSession", "attendance_id": "ventures.Attendance",
        "consent_id": "people.Consent", "merger_id": "ventures.Merger", "twin_id": "ventures.Twin",
        "project_id": "projects.Project", "activity_id": "projects.Activity", "photo_id": "projects.Photo",
        "report_id": "projects.Report", "objection_id": "projects.Objection", "step_id": "projects.Step",
        "ceremony_id": "projects.Ceremony",
        "other_id": "ventures.Proposal", "organization_id": "organizations.Organization",
        "application_id": "organizations.FilingApplication", "membership_id": "organizations.Membership",
        "link_id": "organizations.Link", "finding_id": "organizations.Finding",
        "sign_id": "organizations.Sign", "document_id": "organizations.Document",
        "register_id": "organizations.RegisterImport",
        "import_id": "volunteering.VolunteerImport", "move_id": "volunteering.TeamMove",
        "fund_id": "funding.Fund", "expense_id": "funding.Expense", "disclosure_id": "funding.Disclosure",
        "book_id": "ledger.Book", "account_id": "ledger.Account", "entry_id": "ledger.Entry",
        "file_id": "ledger.BillFile", "line_id": "ledger.BillLine", "rule_id": "ledger.BillRule",
        "income_id": "funding.Income",
        "team_id": "volunteering.Team", "place_id": "volunteering.TeamMember", "volunteer_id": "volunteering.Volunteer",
        "qualification_id": "volunteering.Qualification", "word_id": "volunteering.Skill",
        "event_id": "activities.Activity", "shift_id": "activities.Shift",
        "presence_id": "attendance.Attendance",
        "record_id": "service.ServiceRecord", "complaint_id": "service.Complaint", "thanks_id": "service.Thanks",
        "certificate_id": "service.Certificate", "evidence_id": "service.Evidence",
        "bank_id": "timebank.Bank", "post_id": "timebank.Post", "deal_id": "timebank.Deal",
        "good_id": "timebank.Good", "voucher_id": "timebank.Voucher", "pact_id": "timebank.Link",
        "aid_id": "timebank.PoolGrant", "hint_id": "timebank.Sign", "served_id": "service.ServiceRecord",
        "run_id": "assignments.Run", "pair_id": "assignments.Proposal", "match_id": "timebank.HelpProposal",
        "tranche_id": "funding.Tranche", "payment_id": "funding.Payment", "request_id": "funding.Request",
    }  # fmt: skip
    return {place: apps.get_model(name) for place, name in models.items()}


def values(**wanted: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Give what to put into each place: what is wanted, words, or any one row of the table."""
    found: dict[str, Sequence[Any]] = {**WORDS, "subject_id": (NOBODYS,)}
    for place, model in tables().items():
        if place not in wanted:
            row = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
            found[place] = (row if row is not None else 1 if place in ("pk", "size") else NOBODYS,)
    if "grant_id" not in wanted:  # a role that was given, and money that was
        money = apps.get_model("funding.Grant")._default_manager.values_list("pk", flat=True).first()
        found["grant_id"] = (*found["grant_id"], money or NOBODYS)
    return {**found, **wanted}


def unknown(known: Values) -> set[str]:
    """Give the places that nothing is known of."""
    return {place for route in routes() for place in route.places} - known.keys()
