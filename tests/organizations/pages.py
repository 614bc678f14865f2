"""The pages of organisations, for the tests that look at every page: an open one with roles, and one that is closed."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.organizations.models import FilingApplication, Finding, Link, Organization, Sign
from shanzhi.organizations.operations import add_document, add_member, close_organization
from tests.organizations.filing_support import advised, granted, resident
from tests.organizations.register_table import pages as register_pages
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, an_actor

COMMUNITY = "370102001002"


def pages() -> dict[str, str]:
    """Give the desk's pages, with as much on each as can be."""
    name = f"近邻社{a_person(COMMUNITY).pk.int % 10**6}（示例）"  # once for each time that the pages are asked for
    held, closed = an_organization(COMMUNITY, name=name), an_organization(COMMUNITY, name=f"旧{name}")
    for role in (Role.OPERATOR, Role.VOLUNTEER):
        a_person(COMMUNITY, role, organization=held.pk)
    officer = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
    close_organization(actor=officer, organization_id=closed.pk, version=1, reason="并入近邻社", at=AT)
    found = {
        f"organizations:{one}": reverse(f"organizations:{one}", args=[held.pk])
        for one in (
            "edit",
            "close",
            "move",
            "member",
            "unmask",
            "link",
            "standing",
            "finding_new",
            "document_new",
            "signs",
            "sign_new",
        )
    }
    return {
        "organizations:desk": reverse("organizations:desk"),
        "organizations:desk none": reverse("organizations:desk") + f"?q={CODES['53']}",
        "organizations:new": reverse("organizations:new"),
        "organizations:organization": reverse("organizations:organization", args=[held.pk]),
        "organizations:organization closed": reverse("organizations:organization", args=[closed.pk]),
        **found,
        **_hanging(held, closed),
        **_filing(),
        **register_pages(),
    }


def _hanging(held: Organization, other: Organization) -> dict[str, str]:
    """Give the pages of what hangs on an organisation: with people, a link, papers and findings."""
    by: dict[str, Any] = {"actor": Actor.system("test"), "organization_id": held.pk, "at": AT}
    joined = add_member(name="欧阳示例", part="contact", phone="13800138000", starts_on=AT.date(), **by)
    add_document(paper="charter", name="章程.pdf", content=b"%PDF-1.7", **by)
    Link.objects.create(organization=held, other=other, tie="grew_out_of", created_at=AT)
    Finding.objects.create(organization=held, matter="registered", on=AT.date(), source="证书（示例）", created_at=AT)
    listed = Finding.objects.create(
        organization=held, matter="abnormal", on=AT.date(), source="公告（示例）", created_at=AT
    )
    met = Sign.objects.create(organization=held, kind="members_meeting", on=AT.date(), present=12, created_at=AT)
    return {
        "organizations:sign": reverse("organizations:sign", args=[met.pk]),
        "organizations:member_end": reverse("organizations:member_end", args=[held.pk, joined.pk]),
        "organizations:finding": reverse("organizations:finding", args=[listed.pk]),
        "organizations:finding_end": reverse("organizations:finding_end", args=[listed.pk]),
    }


def _filing() -> dict[str, str]:
    """Give the pages of the filing desk as an officer sees them, and those that anybody reads."""
    waiting, done = (step(resident(COMMUNITY), area=COMMUNITY) for step in (advised, granted))
    lists = ("applications", "rules", "rules_new", "targets_new", "filed")
    return {
        **{f"organizations:{one}": reverse(f"organizations:{one}") for one in lists},
        "organizations:application": reverse("organizations:application", args=[waiting.pk]),
        "organizations:application filed": reverse("organizations:application", args=[done.pk]),
        "organizations:decide": reverse("organizations:decide", args=[waiting.pk]),
        "organizations:certificate": reverse("organizations:certificate", args=[done.filing.code]),
        "organizations:public_one": reverse("organizations:public_one", args=[done.organization_id]),
        "organizations:targets": reverse("organizations:targets", args=["370102001"]),
    }


def own_filing_pages(person: UUID) -> dict[str, str]:
    """Give the filing desk of a resident who began the draft of a group, as the demo has it."""
    begun = FilingApplication.objects.get(applicant=person, state="draft").pk
    return {
        "organizations:apply": reverse("organizations:apply"),
        "organizations:applications own": reverse("organizations:applications"),
        **{
            f"organizations:{name}": reverse(f"organizations:{name}", args=[begun])
            for name in ("application", "application_edit")
        },
    }
