"""Settings of signing in: by a code sent to a phone, by password, by passkey; `config.settings` merges them."""

from __future__ import annotations

from typing import Any, Final

from shanzhi.kernel.roles import STAFF_READERS, Role

# Roles that sleep until their holder has a second factor, where the settings demand one.
SECOND_FACTOR_ROLES: Final = frozenset(STAFF_READERS | {Role.JUROR})
CODE: Final = {"numeric": True, "dashed": False, "length": 6}
CODE_SECONDS: Final = 5 * 60
CODE_TRIES: Final = 3
FORMS: Final = "shanzhi.people.forms"


DJANGO: Final[dict[str, Any]] = {
    "AUTHENTICATION_BACKENDS": ["shanzhi.people.backends.AccountBackend"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ],
    "LOGIN_URL": "account_request_login_code",
    "LOGIN_REDIRECT_URL": "portal:today",
    "LOGOUT_REDIRECT_URL": "/",
    # A session holds the phone that a code was sent to, and the code: both are personal, so it is stored encrypted.
    "SESSION_ENGINE": "shanzhi.people.session_store",
    "SESSION_SERIALIZER": "shanzhi.people.sessions.SealedSerializer",
    # Limits of attempts count for all processes together, under keys that tell nothing.
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "people_cache",
            "KEY_FUNCTION": "shanzhi.people.sessions.hidden_key",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    },
}
ACCOUNT: Final[dict[str, Any]] = {
    "ACCOUNT_ADAPTER": "shanzhi.people.adapter.AccountAdapter",
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": "login_name",
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
    "ACCOUNT_LOGIN_METHODS": {"phone", "username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "phone", "password1"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
    "ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND": True,
    "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": CODE_SECONDS,
    "ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS": CODE_TRIES,
    "ACCOUNT_LOGIN_BY_CODE_FORMAT": CODE,
    "ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT": CODE,
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_SESSION_REMEMBER": True,
    # By address, by phone and by account: what one address, one phone and one account may try, each on its own.
    "ACCOUNT_RATE_LIMITS": {
        "login": "30/m/ip",
        "login_failed": "10/m/ip,5/300s/key,30/d/key",
        "request_login_code": "20/m/ip,3/m/key,15/d/key",
        "signup": "20/m/ip",
        "reauthenticate": "10/m/user",
    },
    "ACCOUNT_FORMS": {
        "login": f"{FORMS}.PasswordSignInForm",
        "request_login_code": f"{FORMS}.PhoneForm",
        "confirm_login_code": f"{FORMS}.CodeForm",
        "reauthenticate": f"{FORMS}.PasswordAgainForm",
    },
}
PASSKEYS: Final[dict[str, Any]] = {
    "MFA_ADAPTER": "shanzhi.people.adapter.PasskeyAdapter",
    "MFA_SUPPORTED_TYPES": ["webauthn", "totp", "recovery_codes"],
    "MFA_TOTP_TOLERANCE": 1,  # clocks of phones go wrong by some seconds; our form lets no code pass twice
    "MFA_RECOVERY_CODE_DIGITS": 10,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_WEBAUTHN_USER_VERIFICATION": "preferred",
    "MFA_FORMS": {
        "add_webauthn": f"{FORMS}.AddPasskeyForm",
        "authenticate": "shanzhi.people.factors.SecondFactorForm",
        "reauthenticate": "shanzhi.people.factors.SecondFactorAgainForm",
        "activate_totp": "shanzhi.people.factors.ActivateForm",
    },
}


def sign_in_settings(*, production: bool, proxied: bool) -> dict[str, Any]:
    """Give Django's and allauth's settings; `proxied` tells that one trusted proxy names the visitor's address."""
    return {
        **DJANGO,
        **ACCOUNT,
        **PASSKEYS,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1 if proxied else 0,
        # Browsers allow passkeys on localhost without TLS, which is what a demo is.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not production,
    }
