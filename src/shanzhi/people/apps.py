"""The people app."""

from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.audit import coverage
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.ui import navigation


def at_the_desk(request: HttpRequest) -> bool:
    """Let those see the desk of people who may read there."""
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.holds_anywhere(STAFF_READERS - {Role.OPERATOR}))


class PeopleConfig(AppConfig):
    """Persons, accounts and roles."""

    name = "shanzhi.people"
    label = "people"
    verbose_name = pgettext_lazy("desk", "People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put signing in and the desk into the shell, and the tables under the audit."""
        register, here, away = navigation.register, navigation.signed_in, navigation.signed_out
        import_module("shanzhi.people.listeners").connect()  # it needs the models, which are ready only now
        register("account", _("My account"), "people:account", section="account", order=10, visible=here)
        register("sign-out", _("Sign out"), "account_logout", section="account", order=90, visible=here, by_post=True)
        register("sign-in", _("Sign in"), "account_request_login_code", section="account", order=10, visible=away)
        register(
            "people", pgettext_lazy("desk", "People"), "people:desk", section="desk", order=60, visible=at_the_desk
        )
        coverage.cover("people_account", left_out=("last_login",))
        for table in ("person", "rolegrant", "consent", "recovery", "invitation", "guardianship"):
            coverage.cover(f"people_{table}")
        coverage.cover("people_consenttext", key="digest")
        coverage.leave_out("people_importbatch", "a list that waits for a yes; its rows are sealed, and then dropped")
        coverage.leave_out("people_signin", "where somebody is signed in just now; ended sessions stand in the events")
        import_module("shanzhi.people.history")
        import_module("shanzhi.people.personal")
