"""Addresses of the staff's desk."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
