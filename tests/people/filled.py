"""Somebody invited, and somebody on the way back into an account, for the tests of the log."""

from django.utils import timezone

from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.people.actors import actor_for
from shanzhi.people.models import Recovery
from tests.support.site import Site


def fill_safety(site: Site) -> None:
    """Invite somebody, and begin the way back of somebody else."""
    officer = actor_for(account=site.account("district"), at=timezone.now())
    people.invite(
        actor=officer, phone="+8613800138000", role=Role.JUROR, area="370102001002", reason="示例", at=timezone.now()
    )
    Recovery.objects.create(
        account=site.account("worker"), person=site.person("worker"), asked_by=site.person("district"),
        asked_at=site.at, document="resident_id", reason="示例",
    )  # fmt: skip
