"""Meetings and activities of an organisation that no other record shows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations
from shanzhi.organizations.models import Organization, Sign
from tests.people.conftest import COMMUNITY
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, sign_in

pytestmark = pytest.mark.usefixtures("areas")
TODAY = timezone.localdate(AT)


@pytest.fixture
def body(db: None) -> Organization:
    return an_organization(COMMUNITY)


def add(body: Organization, by: Any = None, **more: Any) -> Sign:
    given = {"kind": "members_meeting", "on": TODAY, "present": 12, "about": "", **more}
    return operations.add_sign(
        actor=by or an_actor(Role.SOCIAL_WORKER, COMMUNITY), organization_id=body.pk, at=AT, **given
    )


class TestASign:
    def test_is_entered_by_who_leads_the_body_or_guides_it(self, body: Organization) -> None:
        leader = actor(a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk))
        made = add(body, leader, about="  换届  选举 ")
        assert (made.about, made.recorded_by_id) == ("换届 选举", leader.person())
        event = Event.objects.get(verb="organizations.sign.add")
        assert (event.subject_id, event.area) == (str(body.pk), COMMUNITY)
        add(body, kind="activity")
        for role, refused in ((Role.AUDITOR, Forbidden), (Role.VOLUNTEER, NotFound)):
            with pytest.raises(refused):
                add(body, an_actor(role, COMMUNITY), kind="leaders_meeting")

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"kind": "party"}, "bad_sign"),
            ({"on": TODAY + timedelta(days=1)}, "bad_sign_day"),
            ({"on": date(1948, 12, 31)}, "bad_sign_day"),
            ({"present": 0}, "bad_present"),
            ({"present": 100_001}, "bad_present"),
            ({"about": "长" * 201}, "about_too_long"),
        ],
    )
    def test_is_refused_in_words_that_name_the_field(self, body: Organization, given: Any, code: str) -> None:
        with pytest.raises(Refusal) as caught:
            add(body, **given)
        assert (caught.value.code, caught.value.field) == (code, next(iter(given)))
        assert not Sign.objects.exists()

    def test_of_a_kind_and_day_is_there_once_until_it_is_taken_back(self, body: Organization) -> None:
        made = add(body)
        with pytest.raises(operations.SignThere):
            add(body)
        officer = an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        with pytest.raises(operations.SignReasonMissing):
            operations.take_back_sign(actor=officer, sign_id=made.pk, reason=" ", at=AT)
        operations.take_back_sign(actor=officer, sign_id=made.pk, reason="记错了", at=AT)
        with pytest.raises(NotFound):
            operations.take_back_sign(actor=officer, sign_id=made.pk, reason="再来", at=AT)
        assert add(body).pk != made.pk

    def test_is_never_changed_or_removed_in_the_database(self, body: Organization) -> None:
        rows = Sign.objects.filter(pk=add(body).pk)
        for write in (lambda: rows.update(present=99), lambda: rows.update(on="2020-01-01"), rows.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()

    def test_is_entered_and_taken_back_on_the_pages_and_by_the_api(self, body: Organization) -> None:
        client = sign_in(Client(), a_person(COMMUNITY, Role.COMMUNITY_SECRETARY))
        root = f"/desk/organizations/{body.pk}/signs/"
        answer = client.post(root + "new/", {"kind": "activity", "on": "2024-01-05", "present": "31", "about": "义剪"})
        assert answer.status_code == 302
        assert answer["Location"] == root
        assert "义剪" in client.get(root).content.decode()
        made = Sign.objects.get()
        client.post(f"/desk/organizations/signs/{made.pk}/", {"reason": "重复了"})
        assert "重复了" in client.get(root).content.decode()
        api = f"/api/v1/organizations/{body.pk}/signs"
        given: dict[str, Any] = {"kind": "members_meeting", "on": "2024-02-05", "present": 8}
        sent = [
            client.post(api, given, content_type="application/json", headers={"Idempotency-Key": "sign-once-0001"})
            for _ in range(2)
        ]
        assert sent[0].json() == sent[1].json()
        assert [one["on"] for one in client.get(api).json()] == ["2024-02-05"]
