"""Addresses of the public site."""

from django.urls import path
from django.views.generic import RedirectView

from shanzhi.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("d/<str:code>/", views.district, name="district"),
    path("today/", views.today, name="today"),
    path("desk/", RedirectView.as_view(pattern_name="portal:today"), name="desk"),  # where all pages of the desk lie
    path("search/", views.search, name="search"),
    path("open-data/", views.open_data, name="open_data"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("sources/", views.sources, name="sources"),
]
