"""A group on its way through the filing desk, for tests."""

from typing import Any
from uuid import uuid4

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations
from shanzhi.organizations.models import FilingApplication
from tests.people.conftest import COMMUNITY, SUBDISTRICT
from tests.support.people import AT, a_person, actor, an_actor

PDF = b"%PDF-1.7 charter"


def resident(area: str = COMMUNITY) -> Actor:
    """Give a verified resident of the community."""
    return actor(a_person(area))


def secretary(area: str = COMMUNITY) -> Actor:
    """Give the community's secretary."""
    return an_actor(Role.COMMUNITY_SECRETARY, area)


def officer(area: str = SUBDISTRICT) -> Actor:
    """Give an officer of the subdistrict."""
    return an_actor(Role.SUBDISTRICT_OFFICER, area)


def begun(by: Actor, **more: Any) -> FilingApplication:
    """Begin an application with all that the example rules ask, but for the charter."""
    values: dict[str, Any] = {
        "name": f"楼门互助社{uuid4().int % 10**6}（示例）", "purpose": "mutual_help", "area": COMMUNITY, "members": 8,
        "person_in_charge": "欧阳示例", "phone": "13800138000", "at": AT, "synthetic": True, **more,
    }  # fmt: skip
    return operations.apply_for_filing(actor=by, **values)


def handed_in(by: Actor, **more: Any) -> FilingApplication:
    """Have an application handed in with its charter."""
    found = begun(by, **more)
    operations.add_document(
        actor=by, organization_id=found.organization_id, paper="charter", name="章程.pdf", content=PDF, at=AT
    )
    return operations.hand_in(actor=by, application_id=found.pk, version=found.version, at=AT)


def advised(by: Actor, **more: Any) -> FilingApplication:
    """Have an application with the committee's opinion."""
    found = handed_in(by, **more)
    one: dict[str, Any] = {"application_id": found.pk, "version": found.version, "at": AT}
    return operations.give_opinion(actor=secretary(found.area), opinion="for", words="活动稳定", **one)


def granted(by: Actor, **more: Any) -> FilingApplication:
    """Have an application granted."""
    found = advised(by, **more)
    one: dict[str, Any] = {"application_id": found.pk, "version": found.version, "at": AT}
    return operations.decide(actor=officer(found.area[:9]), decision="grant", reason="符合条件", **one)
