"""The lives of a record, a complaint, a note of thanks and a batch of certificates; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.volunteering.lifecycle import AGREERS

# Notice inside the team goes before the second person's yes (民发〔2015〕149号); what is verified is reversed alone.
RECORD: Final = Lifecycle(
    name="service.servicerecord",
    states={
        "recorded": pgettext_lazy("service record", "Recorded"),
        "noticed": pgettext_lazy("service record", "Under notice"),
        "verified": pgettext_lazy("service record", "Verified"),
        "refused": pgettext_lazy("service record", "Refused"),
    },
    moves={
        "notice": Move(("recorded",), "noticed", AGREERS, ("leader_or_office",)),
        "verify": Move(("noticed",), "verified", AGREERS,
                       ("second_person", "notice_over", "no_open_complaint", "day_of_24_hours")),
        "refuse": Move(("recorded", "noticed"), "refused", AGREERS, ("leader_or_office", "reason")),
    },
)  # fmt: skip
COMPLAINT: Final = Lifecycle(
    name="service.complaint",
    states={
        "open": pgettext_lazy("complaint", "Waits for an answer"),
        "upheld": pgettext_lazy("complaint", "Upheld"),
        "rejected": pgettext_lazy("complaint", "Not upheld"),
        "withdrawn": pgettext_lazy("complaint", "Taken back"),
    },
    moves={
        "uphold": Move(("open",), "upheld", AGREERS, ("somebody_else", "reason")),
        "reject": Move(("open",), "rejected", AGREERS, ("somebody_else", "reason")),
        "withdraw": Move(("open",), "withdrawn", frozenset(), ("oneself",)),
    },
)
THANKS: Final = Lifecycle(
    name="service.thanks",
    states={
        "waiting": pgettext_lazy("thanks", "Waits to be read"),
        "shown": pgettext_lazy("thanks", "Shown"),
        "hidden": pgettext_lazy("thanks", "Not shown"),
    },
    moves={
        "show": Move(("waiting",), "shown", AGREERS, ("somebody_else",)),
        "hide": Move(("waiting", "shown"), "hidden", AGREERS, ("somebody_else", "reason")),
    },
)
BATCH: Final = Lifecycle(
    name="service.certificatebatch",
    states={
        "writing": pgettext_lazy("batch", "Being made"),
        "written": pgettext_lazy("batch", "Made"),
    },
    moves={"finish": Move(("writing",), "written", frozenset(), ("all_rows_done",))},
)
LIVE: Final = ("recorded", "noticed", "verified")
"""States of a record that counts or may come to count."""
