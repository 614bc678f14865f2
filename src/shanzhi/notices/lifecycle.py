"""The life of a delivery: one notice to one person by one channel."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import STAFF

WAITING, SENDING, SENT, READ, FAILED, SKIPPED = "waiting", "sending", "sent", "read", "failed", "skipped"

DELIVERY = Lifecycle(
    name="notices.delivery",
    states={
        WAITING: pgettext_lazy("delivery", "Waiting"),
        SENDING: _("Being sent"),
        SENT: pgettext_lazy("delivery", "Sent"),
        READ: pgettext_lazy("delivery", "Read"),
        FAILED: _("Given up"),
        SKIPPED: _("Not sent, as it should be"),
    },
    moves={
        "show": Move((WAITING,), SENT, holds=("channel_is_this_site",)),
        "begin": Move((WAITING,), SENDING, holds=("due", "token_written_first")),
        "arrive": Move((SENDING,), SENT, holds=("gateway_said_yes",)),
        "wait": Move((SENDING,), WAITING, holds=("gateway_said_not_now", "tries_left")),
        "give_up": Move((SENDING,), FAILED, holds=("gateway_said_never_or_no_tries_left",)),
        "skip": Move((WAITING, SENDING), SKIPPED, holds=("over_or_unwanted_or_no_address",)),
        "read": Move((SENT,), READ, holds=("own", "channel_is_this_site")),
        "retry": Move((FAILED,), WAITING, STAFF, ("own_area",)),
    },
)
# Why a delivery was given up or skipped: our own words, never a gateway's, which might repeat an address.
CAUSES: Final = {
    "bad_address": _("The address or number does not exist."),
    "refused": _("The person refuses messages on this channel."),
    "quota": _("The gateway's limit was reached."),
    "credentials": _("The gateway does not accept our keys. Check the file of keys."),
    "template": _("The gateway does not accept the template. Check its number and values."),
    "no_template": _("No template is set for this kind of notice."),
    "gateway": _("The gateway did not answer, or answered with a fault."),
    "unknown_outcome": _("The connection broke while sending; whether the message went out cannot be told."),
    "no_address": _("There is no address any more."),
    "unwanted": _("The person no longer wants such notices here."),
    "over": _("What it told of was over."),
    "closed": _("The person's sign-in is closed."),
    "channel_off": _("This channel is switched off on this installation."),
}
