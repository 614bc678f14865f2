"""What this room holds about people: what they did, who recorded and verified it, complaints, thanks, stars, papers."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import merging
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.service.models import Certificate, Complaint, ServiceRecord, Thanks
from shanzhi.service.operations.erasing import leave_service

K, E = Kind, Erase
SERVICE: Final = register_activity(
    Activity(
        "service",
        _("Service records and certificates"),
        _("Volunteers get a truthful record of what they did, free of charge, and papers that anybody can check."),
        Ground.CONSENT,
        _(
            "Personal Information Protection Law, article 13 (1); Regulations on Voluntary Service, articles 19, 20; "
            "Order 67 of the Ministry of Civil Affairs"
        ),
        _("Records and certificates stay, as the rules of records ask; once erased, without the name of the person."),
        _(
            "Oneself, the team while the notice runs and for 30 days after it, who organised, and staff of the area: "
            "number and masked name."
        ),
        _("Somebody claims hours that were not served, or learns where a person was and when."),
        _("Two people look at each record; the public check shows no name; the own copy alone bears it in full."),
        order=48,
    )
)
EVIDENCE: Final = register_activity(
    Activity(
        "service_evidence",
        _("Files beside service records"),
        _("Whoever verifies a record of service is to see that the service took place."),
        Ground.CONSENT,
        _("Personal Information Protection Law, article 13 (1); Regulations on Voluntary Service, article 19"),
        _("Until taken away for a reason, or until the volunteer is erased; that there was a file stays."),
        _("Oneself, who is in charge of the record, and staff of the area; no mates of the team."),
        _("Somebody sees people in a photo who did not want to be seen."),
        _("Photos are written anew without place, time and device; no machine between keeps a copy."),
        order=48,
    )
)
describe("service.ServiceRecord", _("Your service"), "volunteer__person_id", SERVICE,
         team=(K.LINK, E.KEEP), organization=(K.LINK, E.KEEP), area=(K.RECORD, E.KEEP), task_kind=(K.LINK, E.KEEP),
         served_on=(K.RECORD, E.KEEP), starts=(K.RECORD, E.KEEP), minutes=(K.RECORD, E.KEEP),
         content=(K.TEXT, E.SCRUB), people_served=(K.RECORD, E.KEEP), evidence=(K.TEXT, E.SCRUB),
         state=(K.RECORD, E.KEEP), refused_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.ServiceRecord", _("Service of others you recorded"), "recorded_by_id", SERVICE,
         recorded_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.ServiceRecord", _("Service of others you verified"), "verified_by_id", SERVICE,
         verified_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.ServiceRecord", _("Service of others you refused"), "refused_by_id", SERVICE,
         refused_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.Evidence", _("Files beside your service"), "record__volunteer__person_id", EVIDENCE,
         name=(K.FILE, E.SPECIAL), digest=(K.FILE, E.SPECIAL), kind=(K.RECORD, E.KEEP), size=(K.RECORD, E.KEEP),
         removed_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Evidence", _("Files you put beside the service of others"), "added_by_id", EVIDENCE,
         added_by=(K.LINK, E.KEEP), name=(K.FILE, E.SCRUB))  # fmt: skip
describe("service.Evidence", _("Files you took away beside the service of others"), "removed_by_id", EVIDENCE,
         removed_by=(K.LINK, E.KEEP), removed_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Reversal", _("Your service that was reversed"), "record__volunteer__person_id", SERVICE,
         record=(K.LINK, E.KEEP), reason=(K.TEXT, E.SCRUB), reversed_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("service.Reversal", _("Service of others you reversed"), "reversed_by_id", SERVICE,
         reversed_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.Complaint", _("Complaints you made about records"), "complainant_id", SERVICE,
         complainant=(K.LINK, E.KEEP), matter=(K.TEXT, E.SCRUB), state=(K.RECORD, E.SPECIAL), answer=(K.TEXT, E.SCRUB),
         due_on=(K.RECORD, E.KEEP))  # fmt: skip
describe("service.Complaint", _("Complaints about your service"), "record__volunteer__person_id", SERVICE,
         matter=(K.TEXT, E.SCRUB), answer=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Complaint", _("Complaints you answered"), "answered_by_id", SERVICE,
         answered_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.ServiceMonth", _("Your service by month"), "volunteer__person_id", SERVICE,
         month=(K.RECORD, E.KEEP), minutes=(K.RECORD, E.KEEP), times=(K.RECORD, E.KEEP))  # fmt: skip
describe("service.StarAward", _("Your stars"), "volunteer__person_id", SERVICE,
         level=(K.RECORD, E.KEEP), given=(K.RECORD, E.KEEP), awarded_on=(K.RECORD, E.KEEP))  # fmt: skip
describe("service.Thanks", _("Thanks you got"), "volunteer__person_id", SERVICE,
         note=(K.TEXT, E.SCRUB), state=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Thanks", _("Thanks you wrote"), "author_id", SERVICE, author=(K.LINK, E.KEEP),
         note=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Thanks", _("Thanks you read for others"), "read_by_id", SERVICE, read_by=(K.LINK, E.KEEP),
         reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Certificate", _("Your certificates"), "volunteer__person_id", SERVICE,
         number=(K.RECORD, E.KEEP), issuer_name=(K.RECORD, E.KEEP), starts_on=(K.RECORD, E.KEEP),
         ends_on=(K.RECORD, E.KEEP), minutes=(K.RECORD, E.KEEP), issued_on=(K.RECORD, E.KEEP),
         withdrawn_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Certificate", _("Certificates you issued"), "issued_by_id", SERVICE, issued_by=(K.LINK, E.KEEP),
         responsible=(K.TEXT, E.SCRUB), handler=(K.TEXT, E.SCRUB), contact=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.Certificate", _("Certificates you withdrew"), "withdrawn_by_id", SERVICE,
         withdrawn_by=(K.LINK, E.KEEP))  # fmt: skip
describe("service.CertificateBatch", _("Certificates you ordered"), "ordered_by_id", SERVICE,
         ordered_by=(K.LINK, E.KEEP), responsible=(K.TEXT, E.SCRUB), handler=(K.TEXT, E.SCRUB),
         contact=(K.TEXT, E.SCRUB))  # fmt: skip
describe("service.BatchItem", _("Batches of certificates you stand in"), "volunteer__person_id", SERVICE,
         volunteer=(K.LINK, E.KEEP))  # fmt: skip
describe("service.ServiceRules", _("Rules of service records you set"), "created_by_id", SERVICE,
         created_by=(K.LINK, E.KEEP))  # fmt: skip
REGISTRY.specials["service"] = Special("service", leave_service)
name_fields(
    task_kind=_("Kind of task"), served_on=_("Day of service"), people_served=_("People served"),
    recorded_by=_("Recorded by"), refused_by=_("Refused by"), refused_reason=_("Why it was refused"),
    reversed_by=_("Reversed by"), reversed_at=_("Reversed on"), complainant=_("Complaint of"),
    answered_by=_("Answered by"), awarded_on=_("Awarded on"), given=_("Given or taken back"), level=_("Star"),
    issued_by=_("Issued by"), issued_on=_("Date of issue"), issuer_name=_("Issuer"),
    responsible=_("Responsible person"), handler=_("Handled by"), withdrawn_by=_("Withdrawn by"),
    withdrawn_reason=_("Why it is withdrawn"), ordered_by=_("Ordered by"), month=_("Month"), times=_("Times"),
    minutes=_("Minutes"), read_by=_("Read by"),
)  # fmt: skip
name_field("service.ServiceRecord", "content", _("What the service was"))
name_field("service.ServiceRecord", "evidence", _("Evidence"))
name_field("service.ServiceRecord", "starts", _("Began at"))
name_field("service.ServiceRecord", "team", _("Team"))
name_field("service.ServiceRecord", "organization", _("Organisation"))
name_field("service.ServiceRecord", "area", _("Area"))
name_field("service.Evidence", "name", _("Name of the file"))
name_field("service.Evidence", "digest", _("Digest"))
name_field("service.Evidence", "kind", _("Kind of file"))
name_field("service.Evidence", "size", _("Size in bytes"))
name_field("service.Evidence", "removed_reason", _("Why it was taken away"))
name_field("service.Evidence", "added_by", _("Added by"))
name_field("service.Evidence", "removed_by", _("Taken away by"))
name_field("service.Reversal", "record", _("Service record"))
name_field("service.Reversal", "reason", _("Why it is reversed"))
name_field("service.Complaint", "matter", _("What is wrong"))
name_field("service.Complaint", "answer", _("Answer"))
name_field("service.Complaint", "due_on", _("Answer due on"))
name_field("service.Thanks", "note", _("Thanks"))
name_field("service.Thanks", "author", _("Author"))
name_field("service.Thanks", "reason", _("Reason of the decision"))
name_field("service.Certificate", "number", _("Certificate number"))
name_field("service.Certificate", "starts_on", _("From"))
name_field("service.Certificate", "ends_on", _("Until"))
name_field("service.Certificate", "contact", _("Contact"))
name_field("service.CertificateBatch", "contact", _("Contact"))
name_field("service.BatchItem", "volunteer", _("Volunteer"))


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    return [
        (_("Service records"), ServiceRecord.objects.filter(volunteer__person_id=person_id).count()),
        (_("Certificates"), Certificate.objects.filter(volunteer__person_id=person_id).count()),
        (_("Complaints about records"), Complaint.objects.filter(complainant_id=person_id).count()),
        (_("Notes of thanks"), Thanks.objects.filter(volunteer__person_id=person_id).count()),
    ]


merging.register("service", merging.MergeRoom(_counts))
