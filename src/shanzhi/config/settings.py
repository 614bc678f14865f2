"""Django's settings, derived from the environment (`shanzhi.config.environment` tells what each variable means)."""

import secrets
from importlib.util import find_spec

import dj_database_url
from django.utils.translation import gettext_lazy as _

from shanzhi.config.environment import Environment
from shanzhi.config.paths import PACKAGE

ENV = Environment()

DEBUG = ENV.debug
# Outside production a key that lasts as long as the process is enough: sessions do not outlive a restart.
SECRET_KEY = ENV.secret_key.get_secret_value() if ENV.secret_key else secrets.token_urlsafe(50)
ALLOWED_HOSTS = ENV.allowed_hosts

# Upper layers first, so that a template or a translation of a higher room wins over a lower one's.
ROOMS = [
    name
    for name in ("portal", "ventures", "voting", "organizations", "people", "places", "work", "audit", "ui")
    if (PACKAGE / name / "apps.py").exists()  # rooms under construction join when they have an apps.py
]


def _built(module: str) -> bool:
    """Whether a module of a room under construction is there already."""
    folder, name = module.rsplit(".", 1)
    return (PACKAGE / folder.replace(".", "/") / f"{name}.py").exists() and folder.split(".")[0] in ROOMS


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    *([*("allauth", "allauth.account", "allauth.mfa")] if _built("people.models") else []),
    *(f"shanzhi.{room}" for room in ROOMS),
]
if _built("people.models"):
    AUTH_USER_MODEL = "people.Account"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *(["allauth.account.middleware.AccountMiddleware"] if _built("people.models") else []),
    *(["shanzhi.people.middleware.ActorMiddleware"] if _built("people.middleware") else []),
]

ROOT_URLCONF = "shanzhi.config.urls"
WSGI_APPLICATION = "shanzhi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *(["shanzhi.ui.context.house"] if _built("ui.context") else []),
            ],
        },
    }
]

_EMBEDDED = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "shanzhi",
    "USER": "shanzhi",
    "HOST": str(ENV.data / "run"),
}
DATABASES = {
    "default": {
        **(
            dj_database_url.parse(ENV.database_url.get_secret_value(), engine="django.db.backends.postgresql")
            if ENV.database_url
            else _EMBEDDED
        ),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,  # the pool keeps connections
        "OPTIONS": {"pool": {"min_size": 1, "max_size": ENV.database_pool, "timeout": 15}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
TIME_ZONE = ENV.time_zone
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ENV.data / "static"
MEDIA_ROOT = ENV.data / "files"
WHITENOISE_USE_FINDERS = not ENV.production
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    *(["allauth.account.auth_backends.AuthenticationBackend"] if _built("people.models") else []),
]
if find_spec("argon2"):
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
