"""Every write of funding. Rooms above begin and steer grants, by what the README names."""

from shanzhi.funding.operations.disclosing import disclose_fund, disclose_grant
from shanzhi.funding.operations.expenses import approve_expense, claim_expense, publish_picture, refuse_expense
from shanzhi.funding.operations.funds import create_fund, name_donor, set_limit, take_in
from shanzhi.funding.operations.grants import (
    close,
    meet_condition,
    record_signature,
    renew_agreement,
    resume,
    stop,
)
from shanzhi.funding.operations.opening import Line, Part, join_team, open_grant
from shanzhi.funding.operations.payments import approve_payment, ask_payment, refuse_payment
from shanzhi.funding.operations.requests import ask, grant_request, refuse_request
from shanzhi.funding.operations.taking_back import take_back

__all__ = [
    "Line", "Part", "approve_expense", "approve_payment", "ask", "ask_payment", "claim_expense", "close", "create_fund",
    "disclose_fund", "disclose_grant", "grant_request", "join_team", "meet_condition", "name_donor", "open_grant",
    "publish_picture", "record_signature", "refuse_expense", "refuse_payment", "refuse_request", "renew_agreement",
    "resume", "set_limit", "stop", "take_back", "take_in",
]  # fmt: skip
