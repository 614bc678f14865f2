"""What this room holds about people: where they want to be told what, and what they were told."""

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
    name_fields,
    register_activity,
)
from shanzhi.notices.operations.erasing import erase_from_outbox, own_addresses

K, E = Kind, Erase
TOLD: Final = register_activity(
    Activity(
        "notices",
        _("Notices"),
        _("People hear in time of votes, deadlines and changes of their account."),
        Ground.CONTRACT,
        _("Personal Information Protection Law, article 13 (2)"),
        _("Deliveries for 400 days, addresses until removed; all of it goes when the person is erased."),
        _("The person; staff see how many were delivered, never to whom."),
        _("A message in the wrong hands tells something of the person."),
        _("Messages hold no name, number or phone and never hint at a vote; addresses are sealed."),
        _("The gateways for mail, text messages and WeChat: address and text."),
        order=60,
    )
)
describe("notices.Delivery", _("Notices you got"), "person_id", TOLD,
         person=(K.LINK, E.DELETE), notice=(K.LINK, E.DELETE), channel=(K.RECORD, E.DELETE),
         state=(K.RECORD, E.DELETE), created_at=(K.RECORD, E.DELETE))  # fmt: skip
describe("notices.Preference", _("What you want to be told"), "person_id", TOLD,
         person=(K.LINK, E.DELETE), category=(K.RECORD, E.DELETE), channel=(K.RECORD, E.DELETE),
         wanted=(K.RECORD, E.DELETE))  # fmt: skip
describe("notices.Manner", _("How you want to be told"), "person_id", TOLD,
         person=(K.LINK, E.DELETE), language=(K.RECORD, E.DELETE), digest=(K.RECORD, E.DELETE),
         quiet_from=(K.RECORD, E.DELETE), quiet_to=(K.RECORD, E.DELETE))  # fmt: skip
describe("notices.EmailAddress", _("E-mail address"), "person_id", TOLD,
         person=(K.LINK, E.DELETE), address=(K.CONTACT, E.DELETE), wanted=(K.CONTACT, E.DELETE),
         code_mark=(K.SIGN_IN, E.DELETE), verified_at=(K.RECORD, E.DELETE))  # fmt: skip
describe("notices.WeChatLink", _("WeChat identity"), "person_id", TOLD,
         person=(K.LINK, E.DELETE), openid=(K.CONTACT, E.DELETE), linked_at=(K.RECORD, E.DELETE))  # fmt: skip
describe("notices.OutboxEntry", _("Messages of the demo"), "", TOLD, address=(K.CONTACT, E.SPECIAL),
         text=(K.TEXT, E.SPECIAL))  # fmt: skip
name_fields(
    notice=_("Notice"), channel=_("Channel"), category=_("Kind of notice"), wanted=_("Wanted"),
    language=_("Language"), digest=_("Digest"), quiet_from=_("Quiet from, minute of the day"),
    quiet_to=_("Quiet until, minute of the day"), address=_("Address"), code_mark=_("Blind index of the code"),
    openid=_("WeChat identity"), linked_at=_("Linked on"), text=_("Text"),
)  # fmt: skip

REGISTRY.numbers["notices"] = own_addresses
REGISTRY.specials["notices.outbox"] = Special("notices", erase_from_outbox)
