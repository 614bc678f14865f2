"""The addresses of the desk of organisations."""

from django.urls import path

from shanzhi.organizations import views

app_name = "organizations"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("new/", views.new, name="new"),
    path("<uuid:organization_id>/", views.organization, name="organization"),
    path("<uuid:organization_id>/edit/", views.edit, name="edit"),
    path("<uuid:organization_id>/close/", views.close, name="close"),
]
