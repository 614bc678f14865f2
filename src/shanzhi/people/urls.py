"""Addresses of people. Of allauth's views only those that are used are mounted, under the names it looks for."""

from django.urls import URLPattern, URLResolver, include, path

from shanzhi.people.views import account, areas, desk, importing, sign_in

own = [
    path("account/", account.account, name="account"),
    path("account/welcome/", account.welcome, name="welcome"),
    path("account/sign-up/", sign_in.sign_up, name="sign_up"),
    path("account/areas/<slug:kind>/", areas.areas, name="areas"),
    path("account/data/", account.correct, name="correct"),
    path("account/verification/", account.verify_outside, name="verify_outside"),
    path("account/consents/<slug:purpose>/", account.consent, name="consent"),
    path("account/password/", account.password, name="password"),
    path("desk/people/", desk.people, name="desk"),
    path("desk/people/roles/", desk.roles, name="roles"),
    path("desk/people/roles/<uuid:grant_id>/end/", desk.end_grant, name="end_grant"),
    path("desk/people/import/", importing.upload, name="import"),
    path("desk/people/import/sheet/", importing.sheet, name="import_sheet"),
    path("desk/people/import/<uuid:batch_id>/", importing.preview, name="import_preview"),
    path("desk/people/<uuid:person_id>/", desk.person, name="person"),
    path("desk/people/<uuid:person_id>/unmask/", desk.unmask, name="unmask"),
    path("desk/people/<uuid:person_id>/verify/", desk.verify, name="verify"),
    path("desk/people/<uuid:person_id>/revoke/", desk.revoke, name="revoke"),
    path("desk/people/<uuid:person_id>/grant/", desk.grant, name="grant"),
    path("desk/people/<uuid:person_id>/close/", desk.close_account, name="close_account"),
    path("desk/people/<uuid:person_id>/open/", desk.open_account, name="open_account"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((own, "people"))),
    path("account/sign-in/", sign_in.sign_in, name="account_request_login_code"),
    path("account/sign-in/code/", sign_in.enter_code, name="account_confirm_login_code"),
    path("account/sign-in/password/", sign_in.by_password, name="account_login"),
    path("account/sign-in/passkey/", sign_in.passkey_sign_in, name="mfa_login_webauthn"),
    path("account/sign-in/passkey-too/", sign_in.passkey_too, name="mfa_authenticate"),
    path("account/sign-out/", sign_in.sign_out, name="account_logout"),
    path("account/closed/", sign_in.closed, name="account_inactive"),
    path("account/again/", sign_in.password_again, name="account_reauthenticate"),
    path("account/again/passkey/", sign_in.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("account/passkeys/", sign_in.passkeys, name="mfa_list_webauthn"),
    path("account/passkeys/add/", sign_in.passkey_add, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", sign_in.passkey_remove, name="mfa_remove_webauthn"),
]
