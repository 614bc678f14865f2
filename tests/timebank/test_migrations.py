"""Migrations of requests in the matching run forward on what the version before wrote."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shanzhi.assignments.models import Run
from shanzhi.audit import coverage
from shanzhi.config import roles
from shanzhi.config.roles import ROLE
from shanzhi.timebank.models import Post
from tests.activities.test_guards import refused
from tests.assignments.support import a_run
from tests.people.conftest import make_areas
from tests.support.database import as_owner
from tests.timebank.support import a_bank, a_member, a_request, an_offer


def move(*targets: tuple[str, str]) -> None:
    """Go to these migrations; without any to the newest of every room."""
    with as_owner():
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:  # tables made anew want the rights that every table of a test has
            roles.grant(cursor, site=ROLE)
            cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        coverage.reconcile()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_posts_and_runs_of_before_ask_for_no_skill_and_hold_no_request() -> None:
    make_areas()
    author = a_member(a_bank(), 100)
    asked, offered, run = a_request(author), an_offer(author), a_run(places=2, filled=1)
    try:
        move(("timebank", "0003_months_kept"), ("assignments", "0002_guards"))
    finally:
        move()
    rows = {row.pk: (row.skills, row.language) for row in Post.objects.all()}
    assert rows == {asked.pk: ([], ""), offered.pk: ([], "")}
    kept = Run.objects.get(pk=run.pk)
    assert (kept.wants, kept.wants_filled, kept.plain_wants, kept.filled) == (0, 0, 0, 1)
    refused(lambda: Run.objects.filter(pk=run.pk).update(plain_wants=0, wants=5), "stays as it was")
