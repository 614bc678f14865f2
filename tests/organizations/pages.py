"""The pages of organisations, for the tests that look at every page: an open one with roles, and one that is closed."""

from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.organizations.operations import close_organization
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, an_actor

COMMUNITY = "370102001002"


def pages() -> dict[str, str]:
    """Give the desk's pages, with as much on each as can be."""
    name = f"近邻社{a_person(COMMUNITY).pk.hex[:6]}（示例）"  # once for each time that the pages are asked for
    held, closed = an_organization(COMMUNITY, name=name), an_organization(COMMUNITY, name=f"旧{name}")
    for role in (Role.OPERATOR, Role.VOLUNTEER):
        a_person(COMMUNITY, role, organization=held.pk)
    officer = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
    close_organization(actor=officer, organization_id=closed.pk, version=1, reason="并入近邻社", at=AT)
    found = {f"organizations:{one}": reverse(f"organizations:{one}", args=[held.pk]) for one in ("edit", "close")}
    return {
        "organizations:desk": reverse("organizations:desk"),
        "organizations:desk none": reverse("organizations:desk") + f"?q={CODES['53']}",
        "organizations:new": reverse("organizations:new"),
        "organizations:organization": reverse("organizations:organization", args=[held.pk]),
        "organizations:organization closed": reverse("organizations:organization", args=[closed.pk]),
        **found,
    }
