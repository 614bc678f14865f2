"""What this room holds about people: who keeps a book, who stands on the other side of a line of a bill."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import (
    Activity,
    Erase,
    Ground,
    Kind,
    describe,
    name_field,
    name_fields,
    register_activity,
)

K, E = Kind, Erase
BILLS: Final = register_activity(
    Activity(
        "bills",
        _("Bills of banks and payment services"),
        _("The book agrees with what the bank says, and each movement of money has its entry."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); Accounting Law: books and vouchers are kept"),
        _("As long as vouchers are kept: 30 years, by the Measures for Accounting Archives."),
        _("The keepers of the book and the officers of its area."),
        _("Somebody learns who gave or got money, and how much."),
        _("File, counterparty and words are sealed; nobody but those who keep the book opens its bills."),
        order=60,
    )
)

describe(
    "ledger.BillLine", _("Lines of bills"), "", BILLS,
    counterparty=(K.IDENTITY, E.KEEP), text=(K.TEXT, E.KEEP),
)  # fmt: skip
describe("ledger.BillContent", _("Bill files"), "", BILLS, hidden=("content",), content=(K.FILE, E.KEEP))
describe("ledger.BillFile", _("Bill files"), "added_by", BILLS, name=(K.TEXT, E.KEEP))
describe("ledger.BillMatch", _("How lines of bills were settled"), "by", BILLS, reason=(K.TEXT, E.KEEP))
name_fields(counterparty=_("Counterparty"))
name_field("ledger.BillFile", "name", _("Name of the file"))

KEPT: Final = register_activity(
    Activity(
        "ledger",
        _("Books"),
        _("What money, time and goods did stays provable: who answers for a book, and what each account received."),
        Ground.DUTY,
        _("Accounting Law, articles 13 and 23; Charity Law, article 13"),
        _("As long as the books; an erased person leaves a number without a name."),
        _("Keepers of the book, officers and auditors of its area."),
        _("A text about a payment could tell something of a person."),
        _("Forms ask for no names of persons; accounts name their owner by number."),
        _("Nobody."),
        order=55,
    )
)
describe("ledger.Keeper", _("Books you keep"), "person_id", KEPT,
         person_id=(K.LINK, E.KEEP), since=(K.RECORD, E.KEEP), until=(K.RECORD, E.KEEP))  # fmt: skip
name_field("ledger.Keeper", "since", _("From"))
name_field("ledger.Keeper", "until", _("Until"))
name_field("ledger.Keeper", "person_id", _("Person"))
