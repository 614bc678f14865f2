"""Addresses of the `ui` app."""

from django.urls import path

from shanzhi.ui import views

app_name = "ui"

urlpatterns = [
    path("preferences/", views.choose_preferences, name="preferences"),
]
