"""Addresses of the time bank, mounted at the root."""

app_name = "timebank"
urlpatterns: list[object] = []
