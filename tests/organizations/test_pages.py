"""The desk of organisations walked through, and the API beside it."""

import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.organizations.models import Organization
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DESK, API = "/desk/organizations/", "/api/v1/organizations/"
FORM = {"name": "邻里互助队", "kind": "volunteer_team", "area": COMMUNITY, "credit_code": ""}


@pytest.fixture
def officer() -> Client:
    return client_for(Role.DISTRICT_OFFICER, DISTRICT)


class TestTheList:
    def test_says_what_to_do_while_it_is_empty(self, officer: Client) -> None:
        page = officer.get(DESK).content.decode()
        assert "还没有录入社会组织" in page
        assert "录入社会组织</a>" in page
        assert "录入社会组织</a>" not in client_for(Role.AUDITOR, DISTRICT).get(DESK).content.decode()

    def test_is_searched_filtered_and_taken_along(self, officer: Client) -> None:
        an_organization(DISTRICT, credit_code=CODES["52"])
        an_organization(COMMUNITY, name="合唱队", kind="community_organization", synthetic=False)
        an_organization(SUBDISTRICT, name="旧协会", kind="social_association", closed_at=AT, closed_reason="注销")
        an_organization("110114", name="外区组织")

        def named(asked: str) -> set[str]:
            page = officer.get(f"{DESK}?{asked}").content.decode()
            return {name for name in ("创益园", "合唱队", "旧协会", "外区组织") if f">{name}" in page}

        assert named("") == {"创益园", "合唱队", "旧协会"}
        assert named("q=创益") == {"创益园"}
        assert named(f"q={CODES['52'].lower()}") == {"创益园"}
        assert named("kind=community_organization") == {"合唱队"}
        assert named("open=0") == {"旧协会"}
        assert named(f"area={SUBDISTRICT}") == {"合唱队", "旧协会"}
        page = officer.get(f"{DESK}?sort=name").content.decode()
        assert "支持型社会组织" in page
        assert "创益园（示例） · 示例" in page
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(officer.get(f"{DESK}?export=xlsx&open=1")))).active
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert any(CODES["52"] in row and DISTRICT in row for row in rows)
        assert not any("旧协会" in row for row in rows)


class TestTheForms:
    def test_put_one_on_record_once_however_often_it_is_sent(self, officer: Client) -> None:
        sent = {**FORM, "idempotency_key": "the-same-form"}
        first, second = (officer.post(f"{DESK}new/", sent) for _time in range(2))
        made = Organization.objects.get()
        assert first["Location"] == second["Location"] == f"{DESK}{made.pk}/"
        assert "志愿服务队" in officer.get(first["Location"]).content.decode()

    def test_say_beside_the_field_what_is_wrong(self, officer: Client) -> None:
        an_organization(COMMUNITY, credit_code=CODES["52"])
        for fault, field in (
            ({"name": ""}, "name"),
            ({"credit_code": "1"}, "credit_code"),
            ({"credit_code": CODES["52"]}, "credit_code"),
            ({"kind": "foundation", "credit_code": CODES["51"]}, "credit_code"),
            ({"area": "110114"}, "area"),
            ({"name": "创益园（示例）"}, "name"),
        ):
            answer = officer.post(f"{DESK}new/", {**FORM, **fault})
            assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field}), fault
        assert Organization.objects.count() == 1

    def test_change_and_close_what_was_seen(self, officer: Client) -> None:
        made = an_organization(COMMUNITY)
        one = f"{DESK}{made.pk}/"
        assert officer.post(f"{one}edit/", {**FORM, "version": "1"}).status_code == 302
        stale = officer.post(f"{one}edit/", {**FORM, "name": "别名", "version": "1"})
        assert "重新加载" in stale.content.decode() or "刷新" in stale.content.decode()
        assert officer.post(f"{one}close/", {"reason": "注销", "version": "2"}).status_code == 302
        page = officer.get(one).content.decode()
        assert "已关停" in page
        assert f"{one}edit/" not in page
        assert officer.get(f"{one}edit/").status_code == 409
        history = officer.get(f"/audit/history/organizations.organization/{made.pk}/").content.decode()
        assert all(words in history for words in ("社会组织信息已更改", "社会组织已关停", "注销", "邻里互助队"))

    def test_keep_a_seat_whose_code_ended_only_where_it_stays(self, officer: Client) -> None:
        made = an_organization("370102001009")
        answer = officer.post(f"{DESK}{made.pk}/edit/", {**FORM, "area": "370102001009", "version": "1"})
        assert set(answer.context["form"].errors) == {"area"}  # the list offers what holds today


class TestAnOrganisation:
    def test_shows_its_people_masked_and_opens_those_whom_one_sees(self, officer: Client) -> None:
        made = an_organization(COMMUNITY)
        near, gone = (a_person(COMMUNITY, name=name) for name in ("欧阳示例", "诸葛示例"))
        for person, more in ((near, {}), (gone, {"ends_at": AT})):
            person.role_grants.create(
                role=Role.OPERATOR, organization=made.pk, starts_at=AT.replace(year=2020), created_at=AT, **more
            )
        page = officer.get(f"{DESK}{made.pk}/").content.decode()
        assert "欧*例" in page
        assert "诸*例" in page
        assert f"/desk/people/{near.pk}/" in page
        assert f"/desk/people/{gone.pk}/" not in page
        operator = client_for(Role.OPERATOR, DISTRICT)  # reads organisations of the area, and no people
        page = operator.get(f"{DESK}{made.pk}/").content.decode()
        assert made.name in page
        assert "欧*例" not in page


class TestTheApi:
    def post(self, client: Client, path: str, key: str, **body: Any) -> Any:
        return client.post(f"{API}{path}", body, content_type="application/json", headers={"Idempotency-Key": key})

    def test_puts_on_record_once_by_its_key(self, officer: Client) -> None:
        key = uuid4().hex
        first, second = (self.post(officer, "", key, **FORM).json() for _time in range(2))
        assert first == second
        assert (first["name"], first["version"], first["closed_at"]) == ("邻里互助队", 1, None)
        assert self.post(officer, "", key, **{**FORM, "name": "别名"}).status_code == 409
        assert Organization.objects.count() == 1

    def test_lists_page_by_page_and_narrowed(self, officer: Client) -> None:
        made = [an_organization(COMMUNITY, name=f"第{number}队") for number in range(5)]
        found, after = [], ""
        for _page in range(3):
            answer = officer.get(f"{API}?limit=2{after}").json()
            found += [one["id"] for one in answer["items"]]
            after = f"&after={answer['next']}"
        assert sorted(found) == sorted(str(one.pk) for one in made)
        assert answer["next"] is None
        assert [one["name"] for one in officer.get(f"{API}?search=第3队&open=true").json()["items"]] == ["第3队"]
        assert officer.get(f"{API}?kind=hub").json()["items"] == []
        assert officer.get(f"{API}?after={uuid4()}").json()["code"] == "bad_cursor"

    def test_changes_and_closes_by_version(self, officer: Client) -> None:
        made = an_organization(COMMUNITY)
        changed = self.post(officer, f"{made.pk}/change", uuid4().hex, **FORM, version=1).json()
        assert (changed["name"], changed["version"]) == ("邻里互助队", 2)
        stale = self.post(officer, f"{made.pk}/close", uuid4().hex, reason="注销", version=1)
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_organization")
        closed = self.post(officer, f"{made.pk}/close", uuid4().hex, reason="注销", version=2).json()
        assert closed["closed_reason"] == "注销"
        assert officer.get(f"{API}{made.pk}").json()["closed_at"] is not None
