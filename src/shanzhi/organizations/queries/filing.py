"""Reading the filing desk: applications for a viewer, rules, and what anybody may know of a filed body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from shanzhi.audit.subjects import uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.lifecycle import DROPPED, EDITABLE, WAITING
from shanzhi.organizations.models import Document, Filing, FilingApplication, FilingRules, Organization
from shanzhi.places.models import Area
from shanzhi.work import files

ROOM = "organizations"


def applications(*, viewer: Actor) -> QuerySet[FilingApplication]:
    """Give the applications that exist for the viewer, newest first, each with `area_name` and its filing's number."""
    if not viewer.signed_in:
        raise SignInNeeded
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    rows = FilingApplication.objects.filter(policies.applications_readable(viewer))
    return rows.annotate(area_name=name).order_by("-created_at", "id")


def application(*, viewer: Actor, application_id: UUID) -> FilingApplication:
    """Give one application; outside the viewer's areas, organisations and own ones there is none."""
    if not viewer.signed_in:
        raise SignInNeeded
    rows = FilingApplication.objects.filter(policies.applications_readable(viewer), pk=application_id)
    found = rows.select_related("organization").first()
    if found is None:
        raise NotFound
    return found


def search_applications(rows: QuerySet[FilingApplication], words: str) -> QuerySet[FilingApplication]:
    """Find by a part of the name."""
    return rows.filter(name__icontains=words.strip())


def late(on: date) -> Q:
    """Give the condition that an application's step is overdue."""
    return Q(state__in=WAITING, due_on__lt=on)


def filing_of(organization_id: UUID) -> Filing | None:
    """Give the filing of an organisation that is not cancelled, else the last one, or None."""
    return Filing.objects.filter(organization=organization_id).order_by("-created_at").first()


def rules(*, viewer: Actor) -> QuerySet[FilingRules]:
    """Give all versions of the rules; how one files is no secret to who signed in."""
    if not viewer.signed_in:
        raise SignInNeeded
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return FilingRules.objects.annotate(area_name=name).order_by("-created_at", "id")


def search_rules(rows: QuerySet[FilingRules], words: str) -> QuerySet[FilingRules]:
    """Find by the source, the prefix or a part of the area's name."""
    return rows.filter(Q(source__icontains=words) | Q(prefix__icontains=words) | Q(area_name__icontains=words))


def documents(*, viewer: Actor, organization_id: UUID) -> list[Document]:
    """List the files of an organisation for who reads it, or applied for it."""
    rows = Organization.objects.filter(policies.readable(viewer), pk=organization_id)
    own = FilingApplication.objects.filter(policies.applications_readable(viewer), organization=organization_id)
    if not rows.exists() and not own.exists():
        raise NotFound
    return list(Document.objects.filter(organization=organization_id).order_by("created_at", "id"))


def document(*, viewer: Actor, document_id: UUID) -> tuple[Document, Path]:
    """Give a file with its path, to who may see it."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Document.objects.filter(pk=document_id).first()
    if found is None:
        raise NotFound
    documents(viewer=viewer, organization_id=found.organization_id)
    return found, files.path_of(found.digest, room=ROOM)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What anybody may read of a certificate: `state` is valid, expired, suspended, cancelled or unknown."""

    state: str
    filing: Filing | None = None
    organization: Organization | None = None


def certificate(*, code: str, at: datetime) -> Certificate:
    """Check a certificate by its code; whoever has no code learns nothing, and no personal data is given."""
    found = Filing.objects.select_related("organization").filter(code=code).first() if code.isascii() else None
    if found is None:
        return Certificate("unknown")
    body = found.organization
    if found.cancelled_on is not None:
        return Certificate("cancelled", found, body)
    if body.state == "suspended":
        return Certificate("suspended", found, body)
    expired = found.valid_to < timezone.localdate(at)
    return Certificate("expired" if expired else "valid", found, body)


def printed(*, viewer: Actor, application_id: UUID) -> tuple[FilingApplication, Filing]:
    """Give what a certificate is printed from, to who reads the application."""
    found = application(viewer=viewer, application_id=application_id)
    made = Filing.objects.filter(organization=found.organization_id, cancelled_on=None).first()
    if made is None or found.state != "filed":
        raise NotFound
    return found, made


def public(*, at: datetime) -> QuerySet[Any]:
    """Give the filed organisations that anybody may read of: those whose filing is not cancelled; nothing personal."""
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    held = Filing.objects.filter(organization=OuterRef("pk"), cancelled_on=None)
    rows = Organization.objects.filter(filings__cancelled_on=None, filings__isnull=False, closed_at=None)
    return rows.annotate(
        area_name=name,
        filed_on=Subquery(held.values("filed_on")[:1]),
        valid_to=Subquery(held.values("valid_to")[:1]),
        number=Subquery(held.values("number")[:1]),
    ).order_by("name", "id")  # fmt: skip


def public_one(*, organization_id: UUID, at: datetime) -> Any:
    """Give one filed organisation as anybody may read it."""
    found = public(at=at).filter(pk=organization_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Grown:
    """What grew out of something: the last application, where the viewer reads it, and what is filed now.

    `begun` while an application runs or was granted; one that was refused or withdrawn leaves room for another.
    """

    begun: bool
    application: FilingApplication | None
    filed: Any


def grown_from(*, viewer: Actor, origin: tuple[str, UUID], at: datetime) -> Grown:
    """Give what was applied for out of an origin, as `apply_for_filing` was told it; what is filed is public."""
    rows = FilingApplication.objects.filter(origin_kind=origin[0], origin_id=origin[1]).order_by("-created_at")
    last = rows.select_related("organization").first()
    if last is None:
        return Grown(False, None, None)
    filed = public(at=at).filter(pk=last.organization_id).first()
    reads = viewer.signed_in and rows.filter(policies.applications_readable(viewer), pk=last.pk).exists()
    return Grown(last.state not in DROPPED, last if reads else None, filed)


def way_back(*, viewer: Actor, organization_id: UUID, application: str) -> str:
    """Give the address from which somebody keeps documents: an own application of the organisation, or its page."""
    rows = FilingApplication.objects.filter(policies.applications_readable(viewer), organization=organization_id)
    own = rows.filter(pk=uuid_of(application)).first()
    if own is None and not Organization.objects.filter(policies.readable(viewer), pk=organization_id).exists():
        own = rows.order_by("-created_at").first()
    if own is not None:
        return reverse("organizations:application", args=[own.pk])
    return reverse("organizations:organization", args=[organization_id])


def numbers_of(organizations: list[UUID]) -> dict[UUID, str]:
    """Give the number of the last filing of each organisation, in one query."""
    rows = Filing.objects.filter(organization__in=organizations).order_by("created_at")
    return dict(rows.values_list("organization", "number"))


def drafts(*, viewer: Actor, organization_id: UUID) -> bool:
    """Tell whether the viewer has an application of the organisation that may still be written."""
    own = FilingApplication.objects.filter(applicant__in=viewer.persons, organization=organization_id)
    return own.filter(state__in=EDITABLE).exists()
