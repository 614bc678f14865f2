"""Addresses of assignments, mounted at the root."""

from django.urls import path

from shanzhi.assignments.views import own, pairs, runs

app_name = "assignments"
DESK = "desk/assignments/"
TEAM = "teams/<uuid:team_id>/assignments/"
RUN = "assignments/<uuid:run_id>/"
PAIR = "assignments/pairs/<uuid:pair_id>/"

urlpatterns = [
    path("account/asked/", own.asked, name="asked"),
    path("account/asked/on-call/", own.on_call, name="on_call"),
    path("account/asked/<uuid:pair_id>/", own.answer, name="answer"),
    path(DESK, runs.desk, name="desk"),
    path(f"{DESK}new/", runs.new, name="new"),
    path(f"{DESK}call-up/", runs.call_up, name="call_up"),
    path(TEAM, runs.team, name="team"),
    path(f"{TEAM}new/", runs.new, name="team_new"),
    path(f"{TEAM}call-up/", runs.call_up, name="team_call_up"),
    path(RUN, runs.run, name="run"),
    path(f"{RUN}open/", runs.left_open, name="open"),
    path(f"{RUN}ask/", runs.ask, name="ask"),
    path(f"{RUN}close/", runs.close, name="close"),
    path(PAIR, pairs.pair, name="pair"),
    path(f"{PAIR}drop/", pairs.drop, name="drop"),
]
