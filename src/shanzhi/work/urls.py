"""Addresses of jobs."""

from django.urls import path

from shanzhi.work import views

app_name = "work"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<uuid:job_id>/", views.job, name="job"),
]
