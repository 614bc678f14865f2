"""The made-up organisations of the demo, put on record by the operations and labelled 示例."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.organizations import operations
from shanzhi.organizations.models import FilingApplication, Kind, Organization

SYSTEM: Final = Actor.system("demo")
NAME: Final = "历下区创益园社会组织服务中心（示例）"
SEAT: Final = "370102"


def ensure(*, at: datetime) -> Organization:
    """Have the organisation on record; one that somebody closed since is left as it is."""
    found = Organization.objects.filter(name=NAME, area=SEAT, synthetic=True).order_by("created_at").first()
    return found or operations.create_organization(
        actor=SYSTEM, name=NAME, kind=Kind.SUPPORT.value, area=SEAT, synthetic=True, at=at
    )  # fmt: skip


# A page without words, since no made-up charter should look like a real one.
BLANK_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
COMMUNITY: Final = "370102001002"
FILED: Final = "楼门互助社（示例）"
WAITING: Final = "夕阳红合唱队（示例）"
BEGUN: Final = "旧物循环小组（示例）"
# Bodies that stand elsewhere in their lives: name, sort, step.
OTHERS: Final = (
    ("晨练太极队（示例）", Kind.VOLUNTEERS, "rest"),
    ("社区议事协商组（示例）", Kind.COMMUNITY, "begin_project"),
)


def ensure_registry(*, actors: Mapping[str, Actor], at: datetime) -> None:
    """Have made-up bodies in several states, one of them filed, by the demo's sign-ins; what is there is left as it is.

    `actors` holds who acts by login name: leader and resident apply, secretary advises, subdistrict decides.
    """
    if Organization.objects.filter(name=FILED, synthetic=True).exists():
        return
    filed = _apply(actors["leader"], FILED, "mutual_help", at)
    advised = operations.give_opinion(
        actor=actors["secretary"], application_id=filed.pk, version=filed.version, opinion="for",
        words="每周活动，骨干稳定。（示例）", at=at,
    )  # fmt: skip
    operations.decide(
        actor=actors["subdistrict"], application_id=filed.pk, version=advised.version, decision="grant",
        reason="符合示例条件。", at=at,
    )  # fmt: skip
    _apply(actors["leader"], WAITING, "culture_sport", at)
    operations.apply_for_filing(
        actor=actors["resident"], name=BEGUN, purpose="public_benefit", area=COMMUNITY, members=4, synthetic=True, at=at
    )
    for name, kind, step in OTHERS:
        made = operations.create_organization(
            actor=SYSTEM, name=name, kind=kind.value, area=COMMUNITY, size_stated=12, synthetic=True, at=at
        )
        operations.move_organization(
            actor=SYSTEM, organization_id=made.pk, version=1, move=step, reason="示例", at=at
        )  # fmt: skip


def _apply(actor: Actor, name: str, purpose: str, at: datetime) -> FilingApplication:
    """Have an application handed in, with a charter and two members."""
    found = operations.apply_for_filing(
        actor=actor, name=name, purpose=purpose, area=COMMUNITY, members=12, person_in_charge="周文静",
        premises="社区活动室（示例）", words="邻里之间的日常互助。（示例）", synthetic=True, at=at,
    )  # fmt: skip
    body: dict[str, Any] = {"actor": SYSTEM, "organization_id": found.organization_id, "at": at}
    operations.add_document(paper="charter", name="章程（示例）.pdf", content=BLANK_PDF, **body)
    day = timezone.localdate(at)
    for person, part in (("周文静", "in_charge"), ("郑示例", "contact")):
        operations.add_member(name=person, part=part, starts_on=day, **body)
    return operations.hand_in(actor=actor, application_id=found.pk, version=found.version, at=at)
