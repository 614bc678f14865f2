"""Addresses of voting."""

from django.urls import path

from shanzhi.voting.views import account, ballot, desk, imports, results

app_name = "voting"
urlpatterns = [
    path("polls/<uuid:poll_id>/vote/", ballot.vote, name="vote"),
    path("polls/<uuid:poll_id>/review/", ballot.review, name="review"),
    path("polls/<uuid:poll_id>/cast/", ballot.cast, name="cast"),
    path("polls/<uuid:poll_id>/done/", ballot.done, name="done"),
    path("polls/<uuid:poll_id>/receipt/", results.receipt, name="receipt"),
    path("polls/<uuid:poll_id>/results/", results.results, name="results"),
    path("polls/<uuid:poll_id>/recount/", results.recount, name="recount"),
    path("polls/<uuid:poll_id>/ballots.pb", results.published_file, name="file"),
    path("account/receipts/", account.receipts, name="receipts"),
    path("desk/polls/import/", imports.upload, name="import"),
    path("desk/polls/import/<uuid:upload_id>/", imports.import_preview, name="import_preview"),
    path("desk/polls/<uuid:poll_id>/electorate/", desk.electorate, name="electorate"),
    path("desk/polls/<uuid:poll_id>/electorate/draw/", desk.draw_roll, name="draw_roll"),
]
