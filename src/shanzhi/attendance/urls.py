"""Addresses of attendance, mounted at the root: short at the gate, the leader's list below one of its own."""

from django.urls import path

from shanzhi.attendance.views import deciding, gate, keeping, mine, offline

app_name = "attendance"
RECORD = "attendance/records/<uuid:presence_id>/"
SHIFT = "attendance/shifts/<uuid:shift_id>/"
LIST = "attendance/list/<uuid:shift_id>/"

urlpatterns = [
    path("g/<str:gate_code>/", gate.gate, name="gate"),
    path("account/attendance/", mine.mine, name="mine"),
    path(RECORD, mine.record, name="record"),
    path(f"{RECORD}decide/", deciding.decide, name="decide"),
    path(f"{RECORD}correct/", deciding.correct, name="correct"),
    path("attendance/doubts/", deciding.doubts, name="doubts"),
    path(f"{SHIFT}here/", gate.here, name="here"),
    path(f"{SHIFT}screen/", keeping.screen, name="screen"),
    path(f"{SHIFT}walk-in/", keeping.walk_in, name="walk_in"),
    path(f"{SHIFT}enter/", keeping.enter, name="enter"),
    path(f"{SHIFT}manner/", keeping.manner, name="manner"),
    path("attendance/list/worker.js", offline.worker, name="worker"),
    path("attendance/forget/", offline.forget, name="forget"),
    path(LIST, keeping.presence, name="list"),
    path(f"{LIST}sync/", offline.sync, name="sync"),
]
