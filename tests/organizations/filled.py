"""A row in every table of organisations, for the tests of the log."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from shanzhi.organizations import operations as organizations
from shanzhi.organizations.operations import registers
from tests.audit.support import SYSTEM
from tests.organizations.register_support import a_register, a_row, sent

SLIPPED = {
    "organizations_pastname": {"until": "until + interval '1 second'"},
    "organizations_filing": {"code": "repeat('x', 22)"},
    "organizations_registerentry": {
        "organization_id": "(SELECT id FROM organizations_organization WHERE id NOT IN"
        " (SELECT organization_id FROM organizations_registerentry) LIMIT 1)"
    },
}


def fill_organizations(at: datetime) -> None:
    """Have a body with a former name, people, links, papers, a filing and a finding, by the rules of an area."""
    where = "370102001002"
    day = timezone.localdate(at)
    said: dict[str, Any] = {"actor": SYSTEM, "at": at, "source": "示例"}
    organizations.set_targets(area="370102", urban=10, rural=5, **said)
    organizations.set_filing_rules(
        area="370102", least_members=1, charter=False, premises=False, in_charge=False, opinion=False, opinion_days=1,
        decision_days=1, validity_years=1, prefix="示例备", example=True, **said,
    )  # fmt: skip
    one: dict[str, Any] = {"actor": SYSTEM, "at": at}
    drawn = organizations.apply_for_filing(name="歌咏队（示例）", purpose="service", area=where, members=9, **one)
    body: dict[str, Any] = {"organization_id": drawn.organization_id, **one}
    organizations.add_document(paper="charter", name="章程.pdf", content=b"%PDF-1.7", **body)
    organizations.add_member(name="欧阳示例", phone="13800138000", part="contact", starts_on=day, **body)
    handed = organizations.hand_in(application_id=drawn.pk, version=1, **one)
    organizations.decide(application_id=drawn.pk, version=handed.version, decision="grant", reason="示例", **one)
    organizations.add_finding(matter="applied", on=day, **said, organization_id=drawn.organization_id)
    organizations.add_sign(kind="activity", on=day, present=12, **body)
    other = organizations.create_organization(name="旧名（示例）", kind="hub", area=where, **one)
    organizations.change_organization(
        organization_id=other.pk, version=1, name="新名（示例）", kind="hub", area=where, **one
    )
    organizations.add_link(tie="incubated_by", other_id=other.pk, **body)
    found = sent(SYSTEM, a_register(a_row(1, "台账队（示例）", 备案编号="示备1", 所属社区="")), area=where, at=at)
    organizations.name_columns(
        register_id=found.pk, columns=found.columns, sheets=["台账"], remember=True, **one
    )  # fmt: skip
    registers.check_register(register_id=found.pk, at=at)
    organizations.take_register(register_id=found.pk, **one)
    registers.write_register(register_id=found.pk, at=at)
