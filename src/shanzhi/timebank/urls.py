"""Addresses of the time bank, mounted at the root."""

from django.urls import path

from shanzhi.timebank.models import Sort
from shanzhi.timebank.views import (
    clearing,
    clearing_lists,
    deciding,
    desk,
    helping,
    matching,
    own,
    passing,
    promises,
    public,
    shop,
    shop_desk,
)

app_name = "timebank"
BANK = "timebank/<uuid:bank_id>/"
POST = "timebank/help/<uuid:post_id>/"
DEAL = "timebank/promises/<uuid:deal_id>/"
RUN = "assignments/<uuid:run_id>/help/"
MATCH = "timebank/matched/<uuid:match_id>/"
GOOD = "timebank/goods/<uuid:good_id>/"
VOUCHER = "timebank/vouchers/<uuid:voucher_id>/"
DESK = "desk/timebank/"
DESK_BANK = f"{DESK}<uuid:bank_id>/"
PACT = f"{DESK_BANK}links/<uuid:pact_id>/"

urlpatterns = [
    path("timebank/", public.banks, name="banks"),
    path(BANK, public.bank, name="bank"),
    path(f"{BANK}rules/", public.rules, name="rules"),
    path("account/timebank/", own.mine, name="mine"),
    path(f"{BANK}open/", own.open_account, name="open"),
    path(f"{BANK}statement/", own.statement, name="statement"),
    path(f"{BANK}give/", own.give, name="give"),
    path(f"{BANK}donate/", own.donate, name="donate"),
    path(f"{BANK}close/", own.close_account, name="close"),
    path(f"{BANK}help/", helping.posts, name="help"),
    path(f"{BANK}help/ask/", helping.write, {"sort": Sort.REQUEST.value}, name="ask"),
    path(f"{BANK}help/offer/", helping.write, {"sort": Sort.OFFER.value}, name="offer"),
    path(POST, helping.post, name="post"),
    path(f"{POST}answer/", helping.answer, name="answer"),
    path(f"{POST}close/", helping.close, name="close_post"),
    path(f"{POST}photo/", helping.photo, name="photo"),
    path(DEAL, promises.deal, name="deal"),
    path(f"{DEAL}step/", promises.step, name="step"),
    path(f"{DEAL}cancel/", promises.cancel, name="cancel"),
    path(f"{DEAL}dispute/", promises.dispute, name="dispute"),
    path(f"{DEAL}rate/", promises.rate, name="rate"),
    path(f"{DEAL}settle/", promises.settle, name="settle"),
    path(RUN, matching.matched, name="matched"),
    path(f"{RUN}open/", matching.left_open, name="matched_open"),
    path(f"{RUN}ask/", matching.ask, name="matched_ask"),
    path(MATCH, matching.match, name="match"),
    path(f"{MATCH}drop/", matching.drop, name="match_drop"),
    path(f"{MATCH}decline/", matching.decline, name="match_decline"),
    path(f"{DESK_BANK}matched/", matching.of_bank, name="bank_matched"),
    path(f"{BANK}goods/", shop.goods, name="goods"),
    path(GOOD, shop.good, name="good"),
    path(f"{GOOD}take/", shop.take, name="take"),
    path("timebank/vouchers/", shop.find_voucher, name="find_voucher"),
    path(VOUCHER, shop.voucher, name="voucher"),
    path(f"{VOUCHER}return/", shop.give_back, name="return_voucher"),
    path(f"{VOUCHER}redeem/", shop.redeem, name="redeem"),
    path(DESK, desk.banks, name="desk"),
    path(f"{DESK}new/", desk.found, name="found"),
    path(DESK_BANK, desk.bank, name="desk_bank"),
    path(f"{DESK_BANK}rules/", desk.publish, name="publish"),
    path(f"{DESK_BANK}earned/", desk.earnings, name="earnings"),
    path(f"{DESK_BANK}records/", desk.records, name="records"),
    path(f"{DESK}records/<uuid:served_id>/", desk.review, name="review"),
    path(f"{DESK_BANK}pools/new/", desk.pool, name="pool"),
    path(f"{DESK_BANK}grants/", deciding.grants, name="grants"),
    path(f"{DESK_BANK}grants/new/", deciding.propose, name="propose"),
    path(f"{DESK}grants/<uuid:aid_id>/", deciding.vote, name="vote"),
    path(f"{DESK_BANK}promises/", deciding.deals, name="deals"),
    path(f"{DESK_BANK}signs/", deciding.signs, name="signs"),
    path(f"{DESK_BANK}goods/", shop_desk.goods, name="desk_goods"),
    path(f"{DESK_BANK}goods/new/", shop_desk.put_up, name="put_up"),
    path(f"{DESK}goods/<uuid:good_id>/stock/", shop_desk.stock, name="stock"),
    path(f"{DESK}goods/<uuid:good_id>/close/", shop_desk.close, name="close_good"),
    path(f"{DESK_BANK}vouchers/", shop_desk.vouchers, name="vouchers"),
    path(f"{DESK}signs/<uuid:hint_id>/", deciding.judge, name="judge"),
    path(f"{BANK}pass/", passing.pass_on, name="pass"),
    path(f"{DESK_BANK}links/", clearing_lists.links, name="links"),
    path(f"{DESK_BANK}links/new/", clearing.propose, name="propose_link"),
    path(PACT, clearing.link, name="link"),
    path(f"{PACT}answer/", clearing.answer, name="answer_link"),
    path(f"{PACT}withdraw/", clearing.withdraw, name="withdraw_link"),
    path(f"{PACT}limit/", clearing.limit, name="ask_limit"),
    path(f"{PACT}end/", clearing.end, name="end_link"),
    path(f"{PACT}settle/", clearing.settle, name="settle_link"),
    path(f"{DESK_BANK}crossings/", clearing_lists.crossings, name="crossings"),
    path(f"{DESK_BANK}cleared/", clearing_lists.cleared, name="cleared"),
]
