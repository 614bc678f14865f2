"""The made-up support organisation of the demo, put on record by the operations and labelled 示例."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shanzhi.kernel.actor import Actor
from shanzhi.organizations import operations
from shanzhi.organizations.models import Kind, Organization

SYSTEM: Final = Actor.system("demo")
NAME: Final = "历下区创益园社会组织服务中心（示例）"
SEAT: Final = "370102"


def ensure(*, at: datetime) -> Organization:
    """Have the organisation on record; one that somebody closed since is left as it is."""
    found = Organization.objects.filter(name=NAME, area=SEAT, synthetic=True).order_by("created_at").first()
    return found or operations.create_organization(
        actor=SYSTEM, name=NAME, kind=Kind.SUPPORT.value, area=SEAT, synthetic=True, at=at
    )  # fmt: skip
