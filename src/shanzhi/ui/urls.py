"""Addresses of the `ui` app."""

from django.urls import path

from shanzhi.ui import living, views

app_name = "ui"

urlpatterns = [
    path("pieces/", living.show, name="pieces"),
    path("preferences/", views.choose_preferences, name="preferences"),
]
