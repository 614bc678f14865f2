"""Django's settings, derived from the environment (`shanzhi.config.environment` tells what each variable means)."""

import secrets

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from shanzhi.config.environment import STORE_NOTICES, VOUCH_FOR_EXAMPLES, Environment, refusal
from shanzhi.config.logs import logging_settings
from shanzhi.config.paths import PACKAGE
from shanzhi.config.roles import DATABASE, OWNER, ROLE
from shanzhi.people.sign_in import sign_in_settings

ENV = Environment()
if words := refusal(ENV):
    raise ImproperlyConfigured(words)

DEBUG = ENV.debug
# `shanzhi` lends every process a lasting key; without it, as in tests, one that lasts as long as the process is enough.
SECRET_KEY = ENV.secret_key.get_secret_value() if ENV.secret_key else secrets.token_urlsafe(50)
ALLOWED_HOSTS = ENV.allowed_hosts

# Upper layers first and all before the packages, so that a template or a word of a higher room wins.
ROOMS = [
    "portal",
    "outcomes",
    "timebank",
    "service",
    "attendance",
    "assignments",
    "activities",
    "projects",
    "ventures",
    "funding",
    "volunteering",
    "voting",
    "ledger",
    "organizations",
    "notices",
    "people",
    "places",
    "work",
    "audit",
    "ui",
]

INSTALLED_APPS = [
    *(f"shanzhi.{room}" for room in ROOMS),
    "shanzhi.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
AUTH_USER_MODEL = "people.Account"

MIDDLEWARE = [
    "shanzhi.config.middleware.RequestIdentity",
    "shanzhi.config.middleware.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, which keeps secrets from being guessed by length
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "shanzhi.config.middleware.Methods",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shanzhi.people.middleware.ActorMiddleware",
    "shanzhi.attendance.cookies.ForgetLists",
    "shanzhi.config.middleware.BodyLimit",
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
                "shanzhi.ui.context.shell",
            ],
        },
    }
]

_EMBEDDED = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": DATABASE,
    "USER": ROLE,
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
        # A request waits this long for a connection, as through a restart, and then says that the database is away.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": ENV.database_pool, "timeout": 8, "reconnect_timeout": 8},
        },
    }
}
# What `shanzhi.config.owner` puts in its place where tables change; nothing when one role does both.
OWNER_DATABASE = (
    dj_database_url.parse(ENV.owner_database_url.get_secret_value(), engine="django.db.backends.postgresql")
    if ENV.owner_database_url
    else {"USER": OWNER}
    if not ENV.database_url
    else {}
)
DATABASE_FOR_EACH_THREAD = ENV.database_pool >= ENV.threads
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
LOCALE_PATHS = [PACKAGE / "kernel" / "locale", PACKAGE / "tally" / "locale"]  # rooms without Django, hence no apps
TIME_ZONE = ENV.time_zone
USE_TZ = True

STATIC_URL = "static/"
# A release serves collected files with their digest in the name and compressed copies; otherwise the sources serve.
RELEASE_STATIC = ENV.production or ENV.release_static
STATIC_ROOT = ENV.data / "static" if RELEASE_STATIC else None
WHITENOISE_USE_FINDERS = not RELEASE_STATIC
MEDIA_ROOT = ENV.data / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if RELEASE_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# Keys of personal data and of running votes lie outside the database. A production site makes them by `shanzhi setup`,
# never by a first request.
KEYS_FOLDER = ENV.keys_folder
CREATE_KEYS = not ENV.production
DEMO = ENV.mode == "demo"
PUBLIC_URL = ENV.public_url
SMS_DRIVER = ENV.sms_driver
FILE_SCANNER = ENV.file_scanner
FIRST_TRANCHE_DAYS = ENV.first_tranche_days
NOTICE_DRIVERS = {
    channel: driver or ("" if ENV.production else STORE_NOTICES)
    for channel, driver in (
        ("email", ENV.email_driver),
        ("sms", ENV.notice_sms_driver),
        ("wechat", ENV.wechat_driver),
    )
}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = ENV.smtp_host, ENV.smtp_port
EMAIL_HOST_USER = ENV.smtp_user
EMAIL_HOST_PASSWORD = ENV.smtp_password.get_secret_value() if ENV.smtp_password else ""
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.smtp_security == "starttls", ENV.smtp_security == "tls"
EMAIL_TIMEOUT = 10  # seconds; a batch must end long before another worker takes it for lost
DEFAULT_FROM_EMAIL = ENV.email_from
PEOPLE_REAL_NAME_DRIVER = ENV.real_name_driver or (VOUCH_FOR_EXAMPLES if DEMO else "")
SECOND_FACTOR = ENV.second_factor or ("demand" if ENV.production else "notice")
EXPORT_ROWS = ENV.export_rows
SMALLEST_ELECTORATE = ENV.smallest_electorate
SMALLEST_GROUP = ENV.smallest_group
METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else ""

CSRF_TRUSTED_ORIGINS = ENV.trusted_origins
CSRF_FAILURE_VIEW = "shanzhi.config.problems.csrf_failed"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENV.production
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SECURE_SSL_REDIRECT = ENV.production
SECURE_REDIRECT_EXEMPT = [r"^-/"]  # the machine's own watchers ask over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENV.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENV.production
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.secure_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
LARGEST_BODY = ENV.upload_limit_mb * 1024 * 1024  # files included, which Django's own limit leaves out
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING = logging_settings(ENV.log_level)

globals().update(sign_in_settings(production=ENV.production, proxied=ENV.secure_proxy))
