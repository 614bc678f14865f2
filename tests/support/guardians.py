"""A child of the example site, whose guardian is its resident."""

from datetime import date

from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Guardianship
from shanzhi.people.operations import consent_for
from tests.support.people import a_person
from tests.support.site import Site


def guarded(site: Site) -> Guardianship:
    """Give the link of the site's resident to a child for whom the resident agreed, made when first asked for."""
    guardian = site.person("resident")
    found = Guardianship.objects.filter(guardian=guardian).first()
    if found is None:
        child = a_person(guardian.area, verified=False, born_on=date(site.at.year - 10, 1, 1), name="示例孩子")
        found = Guardianship.objects.create(
            ward=child, guardian=guardian, kind="parent", starts_on=date(site.at.year - 1, 1, 1),
            document="household_register", document_tail="123X", verified_by=a_person(guardian.area),
            verified_at=site.at,
        )  # fmt: skip
        consent_for(actor=actor_of_person(person_id=guardian.pk, at=site.at), ward_id=child.pk, at=site.at)
    return found
