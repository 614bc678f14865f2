"""The lives of a volunteer, of a team and of a place in a team, as tables; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

OFFICERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
# The residents' committee, and those above it.
AGREERS: Final = OFFICERS | {Role.COMMUNITY_SECRETARY}

# Whoever lacks nothing is active at once. Under 18 the guardian's consent is waited for (`people.minors`).
VOLUNTEER: Final = Lifecycle(
    name="volunteering.volunteer",
    states={
        "registered": _("Registered, waits for a consent"),
        "active": pgettext_lazy("volunteer", "Active"),
        "paused": pgettext_lazy("volunteer", "Paused"),
        "left": pgettext_lazy("volunteer", "Left"),
    },
    moves={
        "activate": Move(("registered",), "active", frozenset(), ("consents",)),
        "lapse": Move(("active",), "registered", frozenset(), ("consent_taken_back",)),
        "pause": Move(("active",), "paused", frozenset(), ("oneself",)),
        "resume": Move(("paused",), "registered", frozenset(), ("oneself",)),
        "leave": Move(("registered", "active", "paused"), "left", frozenset(), ("oneself", "leads_no_team")),
        "return": Move(("left",), "registered", frozenset(), ("oneself",)),
    },
)
# A group works inside its community or unit once the committee or the unit agrees (志愿服务条例 art. 42).
TEAM: Final = Lifecycle(
    name="volunteering.team",
    states={
        "proposed": _("Waits for the committee's yes"),
        "active": pgettext_lazy("team", "Active"),
        "declined": pgettext_lazy("team", "Not agreed to"),
        "dissolved": pgettext_lazy("team", "Dissolved"),
    },
    moves={
        "agree": Move(("proposed",), "active", AGREERS, ("not_the_founder",)),
        "agree_by_unit": Move(("proposed",), "active", frozenset({Role.TEAM_LEADER, Role.OPERATOR}),
                              ("leads_the_organisation",)),
        "decline": Move(("proposed",), "declined", AGREERS, ("not_the_founder", "reason")),
        "dissolve": Move(("proposed", "active"), "dissolved", AGREERS, ("leader_or_office", "reason")),
    },
)  # fmt: skip
MEMBER: Final = Lifecycle(
    name="volunteering.teammember",
    states={
        "requested": pgettext_lazy("team", "Asked to join"),
        "member": pgettext_lazy("team", "In the team"),
        "refused": pgettext_lazy("team", "Not taken in"),
        "withdrawn": pgettext_lazy("team", "Request taken back"),
        "left": pgettext_lazy("team", "Left"),
    },
    moves={
        "accept": Move(("requested",), "member", frozenset(), ("leader_or_deputy",)),
        "refuse": Move(("requested",), "refused", frozenset(), ("leader_or_deputy", "reason")),
        "withdraw": Move(("requested",), "withdrawn", frozenset(), ("oneself",)),
        "leave": Move(("member",), "left", frozenset(), ("oneself_or_leader", "not_the_leader")),
    },
)
# A list of volunteers that an office keeps in Excel: read, checked against the record, taken by a job, and taken back.
IMPORT: Final = Lifecycle(
    name="volunteering.volunteerimport",
    states={
        "read": _("Waits for its columns"),
        "checking": _("Is being checked"),
        "checked": _("Waits for a yes"),
        "writing": _("Is being taken"),
        "written": _("Taken"),
        "undoing": _("Is being taken back"),
        "undone": pgettext_lazy("register", "Taken back"),
    },
    moves={
        "check": Move(("read", "checked"), "checking", OFFICERS, ("in_charge", "columns_named")),
        "finish_check": Move(("checking",), "checked", frozenset()),
        "fail_check": Move(("checking",), "read", frozenset()),
        "take": Move(("checked",), "writing", OFFICERS, ("in_charge",)),
        "finish_take": Move(("writing",), "written", frozenset()),
        "undo": Move(("written",), "undoing", OFFICERS, ("in_charge",)),
        "finish_undo": Move(("undoing",), "undone", frozenset()),
    },
)
# A team moves to another area once the offices of both say yes; an office above both says it for both.
MOVE: Final = Lifecycle(
    name="volunteering.teammove",
    states={
        "asked": pgettext_lazy("team move", "Waits for a yes"),
        "done": pgettext_lazy("team move", "Moved"),
        "refused": pgettext_lazy("team move", "Not agreed to"),
        "withdrawn": pgettext_lazy("team move", "Taken back"),
    },
    moves={
        "finish": Move(("asked",), "done", AGREERS, ("both_areas_agree", "not_the_leader")),
        "refuse": Move(("asked",), "refused", AGREERS, ("not_the_leader", "reason")),
        "withdraw": Move(("asked",), "withdrawn", frozenset(), ("leader_or_who_asked",)),
        "lapse": Move(("asked",), "withdrawn", frozenset(), ("team_dissolved",)),
    },
)
LIVING: Final = ("proposed", "active")
HELD: Final = ("requested", "member")
"""States of a place in a team that is not over."""


def moves(table: Lifecycle) -> tuple[tuple[str, str], ...]:
    """List the pairs of states that a table allows, as the guards of the database hold them."""
    return tuple(sorted({(source, move.target) for move in table.moves.values() for source in move.sources}))
