"""Addresses of activities, mounted at the root."""

from django.urls import path

from shanzhi.activities.views import calendars, checking, near, own, planning, public, shifts, signing

app_name = "activities"
ONE = "activities/<uuid:event_id>/"
SHIFT = "activities/shifts/<uuid:shift_id>/"
TEAM = "teams/<uuid:team_id>/activities/"
DESK = "desk/activities/"

urlpatterns = [
    path("account/shifts/", own.mine, name="mine"),
    path("account/shifts/near/", near.nearby, name="nearby"),
    path("account/shifts/past/", own.past, name="past"),
    path("account/shifts/calendar/", own.calendar, name="own_calendar"),
    path("activities/", public.activities, name="activities"),
    path("activities/calendar/", public.month, name="month"),
    path("activities/map/", public.nearby, name="map"),
    path("activities/feeds/", calendars.feeds, name="feeds"),
    path("activities/feeds/areas/<str:code>.ics", calendars.area, name="area_feed"),
    path("activities/feeds/teams/<uuid:team_id>.ics", calendars.team, name="team_feed"),
    path("activities/feeds/mine/<str:feed_secret>.ics", calendars.own, name="own_feed"),
    path(ONE, public.activity, name="activity"),
    path(f"{ONE}poster.pdf", public.poster, name="poster"),
    path(f"{ONE}plan/", planning.plan, name="plan"),
    path(f"{ONE}edit/", planning.edit, name="edit"),
    path(f"{ONE}step/", planning.step, name="step"),
    path(f"{ONE}cancel/", planning.cancel, name="cancel"),
    path(f"{ONE}emergency/", planning.emergency, name="emergency"),
    path(f"{ONE}check/", checking.check, name="check"),
    path(f"{ONE}shifts/new/", shifts.new, name="shift_new"),
    path(SHIFT, shifts.shift, name="shift"),
    path(f"{SHIFT}edit/", shifts.edit, name="shift_edit"),
    path(f"{SHIFT}cancel/", shifts.cancel, name="shift_cancel"),
    path(f"{SHIFT}sign/", signing.sign, name="sign"),
    path(f"{SHIFT}leave/", signing.leave, name="leave"),
    path(f"{SHIFT}keep/", signing.keep, name="keep"),
    path(TEAM, planning.team, name="team"),
    path(f"{TEAM}new/", planning.new, name="new"),
    path(DESK, checking.desk, name="desk"),
    path(f"{DESK}checks/", checking.checks, name="checks"),
]
