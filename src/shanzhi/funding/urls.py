"""The addresses of funds and grants: for everybody, teams and donors under money/, the desk under desk/funding/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from shanzhi.funding.views import deciding, desk, grants, public, team


class Ending(StringConverter):
    """How the name of an agreement ends."""

    regex = "docx|pdf"


register_converter(Ending, "agreement_ending")
app_name = "funding"

urlpatterns = [
    path("money/", public.money, name="money"),
    path("money/given/", public.given, name="given"),
    path("money/funds/<uuid:fund_id>/", public.fund, name="fund"),
    path("money/rounds/<uuid:round_id>/", public.by_round, name="round"),
    path("money/projects/<uuid:grant_id>/", public.project, name="project"),
    path("money/receipts/<uuid:expense_id>/", public.receipt, name="receipt"),
    path("money/disclosures/<uuid:disclosure_id>/", public.disclosure, name="disclosure"),
    path("money/mine/", team.own, name="own"),
    path("money/mine/<uuid:grant_id>/", team.own_grant, name="own_grant"),
    path("money/mine/<uuid:grant_id>/expense/", team.claim, name="claim"),
    path("money/mine/<uuid:grant_id>/ask/", team.ask, name="ask"),
    path("money/photos/<uuid:expense_id>/", team.photo, name="photo"),
    path("money/expenses/<uuid:expense_id>/", deciding.expense, name="expense"),
    path("desk/funding/", desk.desk, name="desk"),
    path("desk/funding/new/", desk.new_fund, name="new_fund"),
    path("desk/funding/grants/", desk.grants, name="grants"),
    path("desk/funding/payments/", desk.payments, name="payments"),
    path("desk/funding/expenses/", desk.expenses, name="expenses"),
    path("desk/funding/requests/", desk.requests, name="requests"),
    path("desk/funding/due/", desk.due, name="due"),
    path("desk/funding/limits/", desk.limits, name="limits"),
    path("desk/funding/limits/new/", desk.new_limit, name="new_limit"),
    path("desk/funding/funds/<uuid:fund_id>/", desk.fund, name="desk_fund"),
    path("desk/funding/funds/<uuid:fund_id>/income/", desk.income, name="income"),
    path("desk/funding/incomes/<uuid:income_id>/take-back/", desk.take_back, name="take_back"),
    path("desk/funding/funds/<uuid:fund_id>/donor/", desk.donor, name="donor"),
    path("desk/funding/funds/<uuid:fund_id>/grant/", grants.new_grant, name="new_grant"),
    path("desk/funding/funds/<uuid:fund_id>/disclose/", desk.disclose_fund, name="disclose_fund"),
    path("desk/funding/grants/<uuid:grant_id>/", grants.grant, name="desk_grant"),
    path("desk/funding/grants/<uuid:grant_id>/sign/", grants.sign, name="sign"),
    path("desk/funding/grants/<uuid:grant_id>/renew/", grants.renew, name="renew"),
    path("desk/funding/grants/<uuid:grant_id>/meet/", grants.meet, name="meet"),
    path("desk/funding/grants/<uuid:grant_id>/stop/", grants.stop, name="stop"),
    path("desk/funding/grants/<uuid:grant_id>/close/", grants.close, name="close"),
    path("desk/funding/grants/<uuid:grant_id>/disclose/", grants.disclose_grant, name="disclose_grant"),
    path("desk/funding/grants/<uuid:grant_id>/agreement.<agreement_ending:ending>", grants.agreement, name="agreement"),
    path("desk/funding/tranches/<uuid:tranche_id>/ask/", grants.ask_payment, name="ask_payment"),
    path("desk/funding/payments/<uuid:payment_id>/", deciding.payment, name="payment"),
    path("desk/funding/requests/<uuid:request_id>/", deciding.request_page, name="request"),
    path("desk/funding/expenses/<uuid:expense_id>/picture/", deciding.picture, name="picture"),
]
