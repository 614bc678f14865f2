"""The tables of projects come upon rounds of before: what won in them can be begun, and stays won."""

import pytest
from django.db import IntegrityError, transaction

from shanzhi.projects import operations
from shanzhi.projects.models import Project
from shanzhi.ventures.models import Proposal
from tests.people.test_migrations import move
from tests.projects.support import NOW, PLAN, won_round
from tests.ventures.support import make_world


@pytest.mark.django_db(transaction=True)
def test_a_round_that_was_closed_before_the_upgrade_is_begun_after_it() -> None:
    world = make_world()
    call = won_round(world)
    try:
        move(("projects", None))
    finally:
        move()
    assert Proposal.objects.filter(call=call, state="won").count() == 2
    begun = operations.begin_projects(actor=world.officer, call_id=call.pk, plan=PLAN, at=NOW)
    assert Project.objects.count() == len(begun) == 2
    with pytest.raises(IntegrityError, match="projects_begun_stays_won"), transaction.atomic():
        Proposal.objects.filter(pk=begun[0].proposal_id).update(state="withdrawn")
