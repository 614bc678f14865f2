"""The pages of outcomes, for the tests that look at every page."""

from django.urls import reverse
from django.utils import timezone

from tests.organizations.filing_support import granted, resident
from tests.projects.pages import carried_out
from tests.support.people import AT
from tests.support.site import Site

COMMUNITY = "370102001002"


def public(site: Site) -> dict[str, str]:
    """Give what everybody may read: rounds with projects, and a curve of the one organisation that is filed."""
    call = carried_out(site)[0].proposal.call_id
    granted(resident(COMMUNITY), area=COMMUNITY)
    return {
        "outcomes:index": reverse("outcomes:index"),
        "outcomes:round": reverse("outcomes:round", args=[call]),
        "outcomes:round_on": reverse("outcomes:round_on", args=[call, timezone.localdate(site.at).isoformat()]),
        "outcomes:survival": reverse("outcomes:survival", args=["370102"]),
        "outcomes:survival_by": reverse("outcomes:survival_by", args=["370102", "area"]),
        "outcomes:survival none": reverse("outcomes:survival", args=["110114"]),
    }


def desk() -> dict[str, str]:
    """Give the desk's list of signs of life, of today and of an earlier day."""
    return {
        "outcomes:desk": reverse("outcomes:desk"),
        "outcomes:desk_on": reverse("outcomes:desk_on", args=[AT.date().isoformat()]),
    }
