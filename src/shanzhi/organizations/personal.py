"""What this room holds about people: who is in an organisation, who applied and decided, who added a file."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

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
from shanzhi.organizations.operations.erasing import erase_from_registers, hold_registers

K, E = Kind, Erase
REGISTRY_USE: Final = register_activity(
    Activity(
        "organizations",
        _("Registry and filing of organisations"),
        _("An organisation has people who answer for it, and whoever decides on a filing can be asked."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); the rules of the area on filing"),
        _("As long as the record of the organisation; names of members and persons in charge until erased."),
        _("Leaders of the organisation and staff of its seat, masked; in full for a reason that goes on record."),
        _("Somebody learns who belongs to a group."),
        _("Names and phones are sealed and masked; certificates and public pages name nobody."),
        order=46,
    )
)
describe("organizations.Membership", _("Organisations you belong to"), "person_id", REGISTRY_USE,
         person=(K.LINK, E.EMPTY), name=(K.IDENTITY, E.BLANK), phone=(K.CONTACT, E.EMPTY), part=(K.RECORD, E.KEEP),
         starts_on=(K.RECORD, E.KEEP), ends_on=(K.RECORD, E.KEEP))  # fmt: skip
describe("organizations.FilingApplication", _("Applications for filing"), "applicant_id", REGISTRY_USE,
         applicant=(K.LINK, E.KEEP), in_charge=(K.IDENTITY, E.EMPTY), phone=(K.CONTACT, E.EMPTY),
         about=(K.TEXT, E.SCRUB), state=(K.RECORD, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("organizations.FilingApplication", _("Opinions you gave"), "opinion_by_id", REGISTRY_USE,
         opinion_by=(K.LINK, E.KEEP), opinion_words=(K.TEXT, E.SCRUB))  # fmt: skip
describe("organizations.FilingApplication", _("Filings you decided"), "decided_by_id", REGISTRY_USE,
         decided_by=(K.LINK, E.KEEP), reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("organizations.Document", _("Documents you added"), "added_by_id", REGISTRY_USE,
         added_by=(K.LINK, E.KEEP), name=(K.FILE, E.SCRUB))  # fmt: skip
for _model, _words in (
    ("FilingRules", _("Rules of filing you set")), ("CommunityTarget", _("Targets you set")),
):  # fmt: skip
    describe(f"organizations.{_model}", _words, "created_by_id", REGISTRY_USE, created_by=(K.LINK, E.KEEP))
describe("organizations.Finding", _("Findings you entered"), "recorded_by_id", REGISTRY_USE,
         recorded_by=(K.LINK, E.KEEP))  # fmt: skip
describe("organizations.RegisterImport", _("Registers you brought in"), "owner_id", REGISTRY_USE,
         owner=(K.LINK, E.KEEP), name=(K.RECORD, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("organizations.RegisterImport", _("Registers of offices"), "", REGISTRY_USE,
         file=(K.IDENTITY, E.SPECIAL), sample=(K.IDENTITY, E.SPECIAL))  # fmt: skip
describe("organizations.RegisterRow", _("Registers of offices"), "", REGISTRY_USE, told=(K.IDENTITY, E.SPECIAL))
REGISTRY.locks["organizations"] = hold_registers
REGISTRY.specials["organizations.registers"] = Special("organizations", erase_from_registers)
describe("organizations.RegisterMapping", _("Columns of registers you chose"), "created_by_id", REGISTRY_USE,
         created_by=(K.LINK, E.KEEP))  # fmt: skip
describe("organizations.Sign", _("Signs of life you entered"), "recorded_by_id", REGISTRY_USE,
         recorded_by=(K.LINK, E.KEEP), about=(K.TEXT, E.SCRUB))  # fmt: skip
name_field("organizations.Sign", "about", _("What it was about"))
name_fields(
    starts_on=_("From"), ends_on=_("Until"), applicant=_("Applicant"), in_charge=_("Person in charge"),
    about=_("What the body does, and why it asks"), opinion_by=_("Opinion given by"),
    opinion_words=_("Words of the opinion"), decided_by=_("Decided by"),
)  # fmt: skip
name_field("organizations.Membership", "part", _("Part"))
name_field("organizations.Document", "name", _("Name of the file"))
name_field("organizations.RegisterImport", "file", _("File of the register, until it is taken"))
name_field("organizations.RegisterImport", "sample", _("First rows of the register, until it is taken"))
name_field("organizations.RegisterImport", "name", _("Name of the file"))
name_field("organizations.RegisterRow", "told", _("Row of the register, until it is taken or for 90 days"))
name_field("organizations.FilingApplication", "reason", _("Reason of the decision"))
