"""What this room holds about people: who gave, who is of a team, who asked and who approved."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Activity, Erase, Ground, Kind, describe, name_fields, register_activity

K, E = Kind, Erase
MONEY: Final = register_activity(
    Activity(
        "funding",
        _("Money of funds and projects"),
        _("Public money is spent by those who may, on what it was given for, and everybody can follow it."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); Charity Law, articles 38, 78, 79, 82"),
        _("With the accounts, which are kept by law; after erasure a number without a name."),
        _("Staff of the area and keepers of the book; the public sees no name of a person."),
        _("It shows who gave, and who handled money."),
        _("Receipts are public only after staff struck out personal data; donors may stay hidden."),
        order=58,
    )
)
describe("funding.Donor", _("Gifts you made"), "person_id", MONEY,
         person_id=(K.LINK, E.KEEP), hidden=(K.RECORD, E.KEEP))  # fmt: skip
describe("funding.TeamPlace", _("Teams whose money you handle"), "person_id", MONEY,
         person_id=(K.LINK, E.KEEP), since=(K.RECORD, E.KEEP), until=(K.RECORD, E.KEEP))  # fmt: skip
describe("funding.Income", _("Money you recorded"), "recorded_by", MONEY, recorded_by=(K.LINK, E.KEEP))
describe("funding.IncomeReversal", _("Money you took back"), "reversed_by", MONEY,
         reversed_by=(K.LINK, E.KEEP), reason=(K.TEXT, E.KEEP))  # fmt: skip
describe("funding.ApprovalLimit", _("Limits you set"), "set_by", MONEY, set_by=(K.LINK, E.KEEP))
describe("funding.Agreement", _("Agreements you made"), "made_by", MONEY, made_by=(K.LINK, E.KEEP))
describe("funding.Signature", _("Signatures you recorded"), "recorded_by", MONEY, recorded_by=(K.LINK, E.KEEP))
describe("funding.Disclosure", _("Figures you published"), "published_by", MONEY, published_by=(K.LINK, E.KEEP))
describe("funding.Grant", _("Grants of your teams"), "team__person_id", MONEY, hidden=("reason",),
         reason=(K.TEXT, E.KEEP))  # fmt: skip
for _field in ("asked_by", "first_by", "second_by"):
    describe("funding.Payment", _("Payments you asked for or approved"), _field, MONEY, hidden=("reason",),
             **{_field: (K.LINK, E.KEEP), "reason": (K.TEXT, E.KEEP)})  # fmt: skip
for _field in ("asked_by", "decided_by", "person_id"):
    describe("funding.Expense", _("Expenses you entered or decided on"), _field, MONEY,
             **{_field: (K.LINK, E.KEEP), "reason": (K.TEXT, E.KEEP)})  # fmt: skip
    describe("funding.Request", _("Requests about money you made or decided on"), _field, MONEY,
             **{_field: (K.LINK, E.KEEP), "reason": (K.TEXT, E.KEEP)})  # fmt: skip
name_fields(
    person_id=_("Person"), hidden=_("Hidden"), until=_("Until"), recorded_by=_("Recorded by"), set_by=_("Set by"),
    made_by=_("Made by"), published_by=_("Published by"), asked_by=_("Asked by"), first_by=_("First approval by"),
    second_by=_("Second approval by"), decided_by=_("Decided by"), reversed_by=_("Taken back by"),
    since=_("Since"),
)  # fmt: skip
