"""What this room holds about people: what was written into books, which stays whole, and names of accounts."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Activity, Erase, Ground, Kind, describe, name_field, register_activity

K, E = Kind, Erase
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
