"""Addresses of the log, below /audit/."""

from django.urls import path

from shanzhi.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("check/", views.check, name="check"),
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("heads/<int:size>/", views.head, name="head"),
    path("heads/<int:size>/note", views.note, name="note"),
    path("events/", views.events, name="events"),
    path("events/<int:number>/", views.event, name="event"),
    path("history/<str:kind>/<str:subject_id>/", views.history, name="history"),
]
