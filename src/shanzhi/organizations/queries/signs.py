"""Reading the signs of life that an organisation put on record itself."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.models import Organization, Sign


def signs(found: Organization) -> QuerySet[Sign]:
    """Give every sign of an organisation that the caller may read, those taken back among them."""
    return Sign.objects.filter(organization=found).order_by("-on", "-created_at", "id")


def sign(*, viewer: Actor, sign_id: UUID) -> Sign:
    """Give a sign that counts, of an organisation that exists for the viewer."""
    if not viewer.signed_in:
        raise SignInNeeded
    row = Sign.objects.select_related("organization").filter(pk=sign_id, taken_back_at=None).first()
    if row is None or not Organization.objects.filter(policies.readable(viewer), pk=row.organization_id).exists():
        raise NotFound
    return row
