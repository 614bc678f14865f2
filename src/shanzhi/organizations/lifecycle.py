"""The lives of an organisation, of an application to file it and of a register, as tables; triggers hold the moves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

OFFICERS: Final = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
ACTIVE: Final = ("group", "project_team", "filed", "registered", "hub")
RESTING: Final = ("dormant", "suspended")
LIVING: Final = (*ACTIVE, *RESTING)

# The way of a body: a loose group, a team with a project, filed with the subdistrict, registered as a legal person,
# hub of others. Who rests or is suspended comes back to where it was (`rests_from`).
ORGANIZATION: Final = Lifecycle(
    name="organizations.organization",
    states={
        "group": _("Group, not filed"),
        "project_team": _("Project team"),
        "filed": pgettext_lazy("organisation", "Filed"),
        "registered": pgettext_lazy("organisation", "Registered"),
        "hub": _("Hub"),
        "dormant": _("Dormant"),
        "suspended": pgettext_lazy("organisation", "Suspended"),
        "dissolved": _("Dissolved"),
    },
    moves={
        "begin_project": Move(("group",), "project_team", OFFICERS, ("reason",), _("Begins a project")),
        "file": Move(("group", "project_team"), "filed", OFFICERS, ("filing_decided",)),
        "register": Move(("group", "project_team", "filed"), "registered", OFFICERS, ("credit_code", "reason"),
                         _("Registered as a legal person")),
        "become_hub": Move(("filed", "registered"), "hub", OFFICERS, ("reason",), _("Becomes a hub")),
        "leave_hub_filed": Move(("hub",), "filed", OFFICERS, ("no_credit_code", "reason"),
                                _("Is a hub no longer, stays filed")),
        "leave_hub_registered": Move(("hub",), "registered", OFFICERS, ("credit_code", "reason"),
                                     _("Is a hub no longer, stays registered")),
        "unfile": Move(("filed", "hub"), "group", OFFICERS, ("filing_ended",)),
        "rest": Move(ACTIVE, "dormant", OFFICERS, ("reason",), _("Rests")),
        "suspend": Move((*ACTIVE, "dormant"), "suspended", OFFICERS, ("reason",), _("Suspended by the office")),
        **{
            f"resume_{state}": Move(RESTING, state, OFFICERS, ("was_so_before", "reason"))
            for state in ACTIVE
        },
        "dissolve": Move(LIVING, "dissolved", OFFICERS, ("reason", "roles_end")),
    },
)  # fmt: skip

APPLICATION: Final = Lifecycle(
    name="organizations.filing",
    states={
        "draft": pgettext_lazy("filing", "Draft"),
        "handed_in": _("Waits for the committee's opinion"),
        "opinion_given": _("Waits for the decision"),
        "filed": _("Granted"),
        "refused": pgettext_lazy("filing", "Refused"),
        "returned": _("Returned to be completed"),
        "withdrawn": pgettext_lazy("filing", "Withdrawn"),
    },
    moves={
        "hand_in": Move(("draft", "returned"), "handed_in", frozenset(), ("applicant", "checks_of_the_area")),
        "hand_in_direct": Move(("draft", "returned"), "opinion_given", frozenset(),
                               ("applicant", "checks_of_the_area", "no_opinion_asked")),
        "give_opinion": Move(("handed_in",), "opinion_given", frozenset({Role.COMMUNITY_SECRETARY, Role.SOCIAL_WORKER}),
                             ("not_the_applicant",)),
        "grant": Move(("opinion_given",), "filed", OFFICERS, ("not_the_applicant", "not_who_gave_the_opinion")),
        "refuse": Move(("opinion_given",), "refused", OFFICERS,
                       ("not_the_applicant", "not_who_gave_the_opinion", "reason")),
        "return": Move(("handed_in", "opinion_given"), "returned", OFFICERS,
                       ("not_the_applicant", "not_who_gave_the_opinion", "reason")),
        "withdraw": Move(("draft", "returned", "handed_in", "opinion_given"), "withdrawn", frozenset(), ("applicant",)),
    },
)  # fmt: skip
# A register that an office keeps in Excel: read, checked against the record, taken by a job, and taken back as a whole.
REGISTER: Final = Lifecycle(
    name="organizations.register",
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
)  # fmt: skip
WAITING: Final = ("handed_in", "opinion_given")
EDITABLE: Final = ("draft", "returned")
OVER: Final = ("filed", "refused", "withdrawn")
# What ended without a filing; who asks may ask again.
DROPPED: Final = ("refused", "withdrawn")


def moves(table: Lifecycle) -> tuple[tuple[str, str], ...]:
    """List the pairs of states that a table allows, as the guards of the database hold them."""
    return tuple(sorted({(source, move.target) for move in table.moves.values() for source in move.sources}))


def beginning(kind: str, credit_code: str | None) -> str:
    """Say where the life of a body stands that is put on record as it is: by its code, else by its sort."""
    if credit_code or kind in ("social_association", "social_service_institution", "foundation"):
        return "registered"
    return "hub" if kind == "hub" else "group"
