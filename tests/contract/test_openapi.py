"""Whatever is sent to the API, its answer is one that its document names, and never a fault of ours."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounds
from hypothesis import strategies as st
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.config.api import api
from shanzhi.config.lane import ShortLane
from shanzhi.funding.models import Expense, Fund, Grant, Tranche
from shanzhi.ledger.models import Account, Book, Entry
from shanzhi.notices.models import Delivery
from shanzhi.organizations.models import FilingApplication, Finding, Organization, Sign
from shanzhi.people.models import RoleGrant
from shanzhi.projects.models import Activity, Ceremony, Objection, Report
from shanzhi.service.models import CertificateBatch
from shanzhi.ui.http import Given
from shanzhi.ventures.models import Comment, Dispute, Proposal
from shanzhi.voting.models import Booth, PaperMark
from tests.organizations.register_table import of_registers
from tests.projects.pages import carried_out
from tests.support.addresses import NOBODYS, tables
from tests.support.ground import undone
from tests.support.site import VISITOR, Site
from tests.volunteering.import_table import of_imports

TOKEN = "c" * 32
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS = {
    operation.label: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
}
WHO = ("district", VISITOR, "resident", "administrator")
MODES = list(schemathesis.GenerationMode)
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)
MENDED = tuple(check for check in CHECKS if check is not negative_data_rejection)
PLACE = re.compile(r"\{(\w+)\}")
BOUNDED = bounds(
    max_examples=15,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


WORDS = {
    "area": ["370102"],
    "vocabulary": ["skills", "tasks"],
    "code": ["370102", "370102001", "370102001002", "11"],
}


def _some_of(model: Any) -> list[Any]:
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:3])


@pytest.fixture(scope="module")
def known(site: Site) -> dict[str, list[str]]:
    """Give things that are there, by the names of the places for them in addresses."""
    calls = [site.voting, site.review, site.submission, site.imported, site.finished, site.draft]
    proposals = [Proposal.objects.filter(call=call).order_by("number").first() for call in calls[:5]]
    any_three = {place: [str(pk) for pk in _some_of(model)] or [NOBODYS] for place, model in tables().items()}
    return {
        **any_three,
        "call_id": [str(call.pk) for call in calls],
        "poll_id": [str(call.poll_id) for call in (site.voting, site.imported, site.finished)],
        "proposal_id": [str(one.pk) for one in (site.own_draft(), *proposals) if one],
        "dispute_id": [str(one.pk) for one in Dispute.objects.order_by("filed_at")],
        "comment_id": [str(one.pk) for one in Comment.objects.order_by("created_at")[:3]],
        "booth_id": [str(booth.pk) for booth in Booth.objects.filter(poll=site.poll())],
        "mark_id": [str(mark.pk) for mark in PaperMark.objects.filter(poll=site.poll())],
        "person_id": [str(site.person(login).pk) for login in ("resident", "worker")],
        "grant_id": [
            *(str(grant.pk) for grant in RoleGrant.objects.order_by("created_at")[:2]),
            *(str(grant.pk) for grant in Grant.objects.order_by("created_at")[:2]),
        ],
        "fund_id": [str(one.pk) for one in Fund.objects.all()],
        "proposal": [str(one.proposal) for one in Grant.objects.all()],
        "tranche_id": [str(one.pk) for one in Tranche.objects.order_by("number", "pk")[:3]],
        "things": ["payments", "expenses", "requests"],
        "thing_id": [str(one.pk) for one in Expense.objects.order_by("asked_at")[:3]],
        "organization_id": [str(one.pk) for one in Organization.objects.all()],
        "application_id": [str(one.pk) for one in FilingApplication.objects.all()],
        "sign_id": [str(one.pk) for one in Sign.objects.all()[:3]],
        "finding_id": [str(one.pk) for one in Finding.objects.all()[:3]],
        "book_id": [str(one.pk) for one in Book.objects.all()],
        "batch_id": [str(one) for one in _some_of(CertificateBatch)] or [NOBODYS],
        "account_id": [str(one.pk) for one in Account.objects.order_by("pk")[:4]],
        "entry_id": [str(one.pk) for one in Entry.objects.order_by("number", "pk")[:3]],
        **of_registers(),
        **of_imports(),
        "delivery_id": _deliveries(site),
        **_projects(site),
        "number": [str(event.pk) for event in Event.objects.order_by("-pk")[:3]],
        "size": [str(sealed.size)] if (sealed := seal(at=site.at)) else ["1"],
        **WORDS,
    }


def _projects(site: Site) -> dict[str, list[str]]:
    """Give projects that are carried out, and what belongs to them."""
    begun = carried_out(site)
    models = {"activity_id": Activity, "report_id": Report, "objection_id": Objection, "ceremony_id": Ceremony}
    there = {name: [str(one.pk) for one in model.objects.all()[:3]] for name, model in models.items()}
    return {"project_id": [str(one.pk) for one in begun[:4]], **there}


def _deliveries(site: Site) -> list[str]:
    """Give some notices, the resident's and the district's among them."""
    people = [site.person(login) for login in ("resident", "district")]
    mine = Delivery.objects.filter(person__in=people, channel="app").order_by("created_at")[:4]
    return [str(one.pk) for one in mine]


def signed(client: Client) -> dict[str, Any]:
    """Give cookies and headers of a browser that sends our own page's token."""
    cookies = {settings.CSRF_COOKIE_NAME: TOKEN}
    if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
        cookies[settings.SESSION_COOKIE_NAME] = session.value
    return {"cookies": cookies, "headers": {"X-CSRFToken": TOKEN, "Accept-Encoding": "identity"}}


def _only_its_address_is_spoilt(case: Any) -> bool:
    """Say whether nothing wrong is left of a request that was made wrong, once its address is a right one."""
    spoilt = {mutation.parameter_location for mutation in case.meta.phase.data.mutations}
    return ParameterLocation.PATH in spoilt and ParameterLocation.BODY not in spoilt


def test_no_two_forms_share_a_name() -> None:
    """Where two do, the document holds the last one, and tells a wrong form of the other's answers."""
    forms: dict[str, set[str]] = {}
    waiting: list[type] = [Schema, Given]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("shanzhi."):
                forms.setdefault(one.__name__, set()).add(one.__module__)
    named = api.get_openapi_schema()["components"]["schemas"]
    assert {name: where for name, where in forms.items() if name in named and len(where) > 1} == {}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_answer_fits_the_document(site: Site, known: dict[str, list[str]], label: str, who: str) -> None:
    operation, app = OPERATIONS[label], ShortLane(WSGIHandler())
    there = {name: known[name] or [NOBODYS] for name in PLACE.findall(operation.path)}
    with undone():
        manner = signed(site.client(who))

        @seed(20261124)
        @BOUNDED
        @given(
            case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES)),
            places=st.fixed_dictionaries({k: st.sampled_from(v) for k, v in there.items()}),
            forged=st.booleans(),
        )
        def meets(case: Any, places: dict[str, str], forged: bool) -> None:
            checks = CHECKS
            if not forged:
                checks = MENDED if _only_its_address_is_spoilt(case) else CHECKS
                case.path_parameters = places
            with undone():
                case.call_and_validate(app=app, checks=checks, **manner)

        meets()
