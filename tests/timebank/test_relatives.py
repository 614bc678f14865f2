"""Gifts to relatives: one person is one thing to another, and gifts in a circle are looked at like paid help."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from shanzhi.kernel.timebank import LINEAL
from shanzhi.timebank import operations, refusals
from shanzhi.timebank.models import Gift, Member, Sign
from tests.support.people import AT, actor, sign_in
from tests.timebank.support import OLD, RULES, a_bank, a_member, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def give(giver: Member, receiver: Member, relation: str, minutes: int = 10, at: Any = AT) -> Gift:
    return operations.give(
        actor=actor(giver.person), bank_id=giver.bank_id, number=receiver.number, relation=relation, minutes=minutes,
        at=at,
    )  # fmt: skip


@pytest.fixture
def two(areas: None) -> tuple[Member, Member]:
    """Two members of the age at which one may be given to."""
    bank = a_bank(spending={**RULES["spending"], "gifts_to": list(LINEAL)})
    return a_member(bank, 200, born_on=OLD), a_member(bank, 200, born_on=OLD)


class TestARelation:
    def test_once_said_is_not_another_one(self, two: tuple[Member, Member]) -> None:
        one, other = two
        give(one, other, "grandparent")
        with pytest.raises(refusals.AnotherRelation) as found:
            give(one, other, "grandchild")
        assert (found.value.field, "祖父母" in str(found.value.text)) == ("relation", True)
        give(one, other, "grandparent")
        assert Gift.objects.count() == 2

    @pytest.mark.parametrize(
        ("said", "back"), [("parent", "child"), ("grandparent", "grandchild"), ("child", "parent")]
    )
    def test_holds_the_other_way_round(self, two: tuple[Member, Member], said: str, back: str) -> None:
        one, other = two
        give(one, other, said)
        for wrong in {"parent", "child", "grandparent", "grandchild"} - {back}:
            with pytest.raises(refusals.AnotherRelation):
                give(other, one, wrong)
        assert give(other, one, back).relation == back

    def test_is_forgotten_after_a_year_and_is_of_these_two_alone(self, two: tuple[Member, Member]) -> None:
        one, other = two
        give(one, other, "parent")
        give(one, a_member(one.bank, born_on=OLD), "grandparent")
        with pytest.raises(refusals.AnotherRelation):
            give(one, other, "grandparent", at=AT + timedelta(days=364))
        assert give(one, other, "grandparent", at=AT + timedelta(days=366)).relation == "grandparent"

    def test_is_refused_beside_its_field_by_page_and_api(self, two: tuple[Member, Member]) -> None:
        one, other = two
        give(one, other, "parent")
        client = sign_in(Client(), one.person)
        sent = {"number": other.number, "relation": "child", "minutes": "5", "idempotency_key": "gift-twice-1"}
        answer = client.post(f"/timebank/{one.bank_id}/give/", sent)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["relation"])
        body = {"number": other.number, "relation": "child", "minutes": 5}
        way, head = f"/api/v1/timebank/banks/{one.bank_id}/gifts", {"Idempotency-Key": "gift-twice-2"}
        told = client.post(way, body, content_type="application/json", headers=head)
        assert (told.status_code, told.json()["code"], told.json()["field"]) == (409, "another_relation", "relation")


class TestGifts:
    def test_in_a_circle_or_in_a_burst_are_signs(self, two: tuple[Member, Member]) -> None:
        one, other = two
        third = a_member(one.bank, 200, born_on=OLD)
        for giver, receiver in ((one, other), (other, third), (third, one)):
            give(giver, receiver, "parent")
        later = AT + timedelta(hours=1)
        assert operations.look_for_signs(bank=one.bank, at=later) == 1
        assert Sign.objects.get().kind == "circle"
        for _turn in range(3):
            give(one, other, "parent")
            give(other, one, "child")
        assert operations.look_for_signs(bank=one.bank, at=later) == 3
        assert sorted(Sign.objects.values_list("kind", flat=True)) == ["burst", "burst", "circle", "pair"]
        assert (Sign.objects.get(kind="pair").times, Sign.objects.get(kind="pair").minutes) == (7, 70)


class TestOwnRequestsAndOffers:
    def test_stand_on_the_own_page_and_are_found_in_the_list(self, two: tuple[Member, Member]) -> None:
        one, other = two
        mine, theirs = an_offer(one, title="教写毛笔字"), an_offer(other, title="修自行车")
        client = sign_in(Client(), one.person)
        own = client.get("/account/timebank/").content.decode()
        assert ("教写毛笔字" in own, "修自行车" in own) == (True, False)
        listed = client.get(f"/timebank/{one.bank_id}/help/?own=1").content.decode()
        assert ("教写毛笔字" in listed, "修自行车" in listed) == (True, False)
        operations.close_post(actor=actor(one.person), post_id=mine.pk, at=AT + timedelta(hours=1))
        assert "教写毛笔字" not in client.get("/account/timebank/").content.decode()
        closed = client.get(f"/timebank/{one.bank_id}/help/?own=1&state=closed").content.decode()
        assert "教写毛笔字" in closed
        told = client.get(f"/api/v1/timebank/banks/{one.bank_id}/help?own=true").json()["items"]
        assert [row["id"] for row in told] == [str(mine.pk)]
        assert str(theirs.pk) in str(client.get(f"/api/v1/timebank/banks/{one.bank_id}/help").json())
