"""Every write of the time bank."""

from shanzhi.timebank.operations.agreeing import answer_link, ask_limit, end_link, propose_link, withdraw_link
from shanzhi.timebank.operations.clock import credit_records, run_clock
from shanzhi.timebank.operations.closing import close_account
from shanzhi.timebank.operations.crossing import Passing, foresee, pass_on, settle_position
from shanzhi.timebank.operations.dealing import (
    agree_as_guardian,
    answer_post,
    cancel,
    confirm,
    dispute,
    promise,
    refuse_answer,
    settle,
    withdraw_answer,
)
from shanzhi.timebank.operations.earning import Verified, credit, review_record, take_back
from shanzhi.timebank.operations.founding import found_bank, open_pool, publish_rules
from shanzhi.timebank.operations.giving import donate, expire_lots, give
from shanzhi.timebank.operations.granting import agree_to_grant, decline_grant, propose_grant
from shanzhi.timebank.operations.helping import Help, close_post, post_help
from shanzhi.timebank.operations.months import keep_months
from shanzhi.timebank.operations.netting import clear_month
from shanzhi.timebank.operations.opening import Opened, OpenedByNumber, open_account, open_accounts, open_for_volunteers
from shanzhi.timebank.operations.proposing import HelpAsked, ask_help, decline_match, drop_match
from shanzhi.timebank.operations.rating import rate
from shanzhi.timebank.operations.shop import (
    Goods,
    close_good,
    give_voucher_back,
    hand_out,
    put_up,
    set_stock,
    take_voucher,
)
from shanzhi.timebank.operations.signs import decide_sign, look_daily, look_for_signs

__all__ = [
    "Goods", "Help", "HelpAsked", "Opened", "OpenedByNumber", "Passing", "Verified", "agree_as_guardian",
    "agree_to_grant", "answer_link", "answer_post", "ask_help", "ask_limit", "cancel", "clear_month", "close_account",
    "close_good", "close_post", "confirm", "credit", "credit_records", "decide_sign", "decline_grant", "decline_match",
    "dispute", "donate", "drop_match", "end_link", "expire_lots", "foresee", "found_bank", "give", "give_voucher_back",
    "hand_out", "keep_months", "look_daily", "look_for_signs", "open_account", "open_accounts", "open_for_volunteers",
    "open_pool", "pass_on", "post_help", "promise", "propose_grant", "propose_link", "publish_rules", "put_up", "rate",
    "refuse_answer", "review_record", "run_clock", "set_stock", "settle", "settle_position", "take_back",
    "take_voucher", "withdraw_answer", "withdraw_link",
]  # fmt: skip
