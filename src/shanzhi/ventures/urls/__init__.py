"""Addresses of the rounds: public pages, the team's, the staff's desk."""

from shanzhi.ventures.urls import desk, public

app_name = "ventures"
urlpatterns = [*public.urlpatterns, *desk.urlpatterns]
