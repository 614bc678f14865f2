"""What happens once when the house starts."""

from django.apps import AppConfig
from django.utils.translation import gettext

from shanzhi.audit import coverage
from shanzhi.config import logs
from shanzhi.kernel import words

# Tables of packages: nothing in them is told of by an event.
NOT_AUDITED = {
    "people_cache": "attempts to sign in, counted for minutes",
    "django_session": "sessions, sealed; they come and go",
    "django_migrations": "what the installation has migrated to",
    "django_content_type": "names of models, made from the code",
    "django_tasks_database_dbtaskresult": "tasks that wait; what they do is told by its own events",
    "auth_permission": "made from the code; rights come from roles",
    "auth_group": "not used: rights come from roles",
    "auth_group_permissions": "not used: rights come from roles",
    "account_emailaddress": "not used: nobody signs in by e-mail",
    "account_emailconfirmation": "not used: nobody signs in by e-mail",
    "mfa_authenticator": "second factors, made and removed by their owners on pages of a package",
}


class HouseConfig(AppConfig):
    """The house itself: no tables; joins rooms that know no Django to Django's translations and logs."""

    name = "shanzhi.config"
    label = "house"

    def ready(self) -> None:
        """Let the kernel's words be translated and the logs be structured; say which tables no audit needs."""
        words.install(gettext)
        logs.configure()
        for table, why in NOT_AUDITED.items():
            coverage.leave_out(table, why)
