"""Every write of volunteering."""

from shanzhi.volunteering.operations.members import (
    ask_to_join,
    decide_request,
    end_place,
    join_by_code,
    leave_team,
    set_part,
    sign_agreement,
)
from shanzhi.volunteering.operations.moves import agree_move, ask_move, refuse_move, withdraw_move
from shanzhi.volunteering.operations.qualifications import add_qualification, revoke_qualification, unmask_volunteer
from shanzhi.volunteering.operations.registering import register_volunteers
from shanzhi.volunteering.operations.teams import (
    change_team,
    decide_team,
    dissolve_team,
    found_team,
    renew_code,
    set_agreement,
)
from shanzhi.volunteering.operations.volunteers import (
    Details,
    change_volunteer,
    follow_consents,
    follow_records,
    move_volunteer,
    register_volunteer,
)
from shanzhi.volunteering.operations.words import change_word, load_examples, put_word

__all__ = [
    "Details",
    "add_qualification",
    "agree_move",
    "ask_move",
    "ask_to_join",
    "change_team",
    "change_volunteer",
    "change_word",
    "decide_request",
    "decide_team",
    "dissolve_team",
    "end_place",
    "follow_consents",
    "follow_records",
    "found_team",
    "join_by_code",
    "leave_team",
    "load_examples",
    "move_volunteer",
    "put_word",
    "refuse_move",
    "register_volunteer",
    "register_volunteers",
    "renew_code",
    "revoke_qualification",
    "set_agreement",
    "set_part",
    "sign_agreement",
    "unmask_volunteer",
    "withdraw_move",
]  # fmt: skip
