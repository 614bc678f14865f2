"""The pages of two records of one person, for the tests that look at every page."""

from django.urls import reverse

from shanzhi.kernel.roles import Role
from shanzhi.people.operations import propose_merge
from tests.support.people import AT, a_person, an_actor

COMMUNITY = "370102001002"


def merging_people() -> dict[str, str]:
    """Give the pages of two records that look like one person's, before a merge and after."""
    staff = an_actor(Role.DISTRICT_OFFICER, COMMUNITY[:6])
    kept, merged, other = (a_person(COMMUNITY, name="重名者", verified=n == 0) for n in range(3))
    found = propose_merge(actor=staff, kept_id=kept.pk, merged_id=merged.pk, reason="同一人", at=AT)
    return {
        "people:merge_with found": reverse("people:merge_with", args=[kept.pk]),
        "people:merge_with beside": reverse("people:merge_with", args=[kept.pk]) + f"?other={other.pk}",
        "people:merge": reverse("people:merge", args=[found.pk]),
        "people:person merged": reverse("people:person", args=[merged.pk]),
    }
