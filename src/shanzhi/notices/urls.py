"""Addresses of notices: one's own, the link that works without signing in, the staff's desk."""

from django.urls import path

from shanzhi.notices.views import choices, desk, own, unsubscribe

app_name = "notices"
urlpatterns = [
    path("account/notices/", own.notices, name="own"),
    path("account/notices/read/", own.read_all, name="read_all"),
    path("account/notices/choices/", choices.choices, name="choices"),
    path("account/notices/email/", choices.email, name="email"),
    path("account/notices/email/code/", choices.email_code, name="email_code"),
    path("account/notices/email/remove/", choices.email_remove, name="email_remove"),
    path("account/notices/wechat/", choices.wechat, name="wechat"),
    path("account/notices/wechat/back/", choices.wechat_back, name="wechat_back"),
    path("account/notices/wechat/remove/", choices.wechat_remove, name="wechat_remove"),
    path("account/notices/<uuid:delivery_id>/", own.notice, name="notice"),
    path("account/notices/<uuid:delivery_id>/read/", own.read, name="read"),
    path("notices/unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("desk/notices/", desk.told, name="desk"),
    path("desk/notices/outbox/", desk.outbox, name="outbox"),
    path("desk/notices/<uuid:notice_id>/", desk.notice, name="delivered"),
    path("desk/notices/<uuid:notice_id>/retry/", desk.retry, name="retry"),
]
