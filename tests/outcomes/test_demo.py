"""The demo's first round: its figures are those that the real programme published, and come from records."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shanzhi.funding import operations as funding
from shanzhi.funding.models import Fund, Grant, Payment
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.organizations import operations as registry
from shanzhi.organizations.models import Filing, Organization, Sign
from shanzhi.outcomes import queries
from shanzhi.projects.models import Project
from shanzhi.ventures.models import Call
from tests.outcomes.conftest import AT
from tests.support.ground import undone
from tests.support.people import a_person, an_actor, client_for, sign_in

THEN, NOW = date(2021, 1, 31), date(2026, 11, 26)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "page-facts.csv"
KEPT = Path(__file__).with_name("page_facts_lixia.csv")


@pytest.fixture(autouse=True)
def _undone(first_round: Call) -> Iterator[None]:
    with undone(), translation.override("zh-hans"):
        yield


def facts() -> dict[str, int]:
    with (SHARED if SHARED.exists() else KEPT).open(encoding="utf-8") as file:
        return {row["id"]: int(row["value"]) for row in csv.DictReader(file) if re.fullmatch("LX0[2-5]", row["id"])}


def read(call: Call, on: date = THEN) -> queries.Round:
    return queries.round_of(call_id=call.pk, on=on)


class TestTheFirstRound:
    def test_has_the_totals_of_the_published_facts(self, first_round: Call) -> None:
        known, found = facts(), read(first_round)
        assert len(found.communities) == first_round.areas.count() == known["LX02"]
        assert (found.paid, found.returned) == (known["LX03"] * 100, 0)
        assert (found.grown, found.alive) == (known["LX04"], known["LX05"])
        assert found.each == 142_857

    def test_was_played_by_the_operations_on_records(self, first_round: Call) -> None:
        paid = Payment.objects.filter(state="paid", tranche__grant__round=first_round.pk)
        assert sum(one.tranche.amount_fen for one in paid.select_related("tranche")) == read(first_round).paid
        assert Filing.objects.filter(filed_on__range=("2018-01-01", "2019-12-31")).count() == 21
        assert set(Project.objects.values_list("state", flat=True)) == {"graduated"}
        assert set(Grant.objects.values_list("state", flat=True)) == {"closed"}
        assert all("示例" in one.name for one in Organization.objects.all())
        assert Fund.objects.get().synthetic

    def test_tells_later_what_its_made_up_records_say(self, first_round: Call) -> None:
        found = read(first_round, NOW)
        assert (found.grown, found.alive, found.each) == (21, 14, 214_286)
        assert sum(one.dissolved_on is not None for one in found.bodies) == 3
        begun = read(first_round, date(2019, 1, 1))
        assert (begun.grown, begun.alive, begun.each) == (0, 0, None)

    def test_says_on_its_page_each_number_with_the_way_to_its_records(self, first_round: Call) -> None:
        page = client_for(None).get(f"/outcomes/rounds/{first_round.pk}/2021-01-31/").content.decode()
        for number, way in (
            ("3 个社区", "#communities"), ("¥30,000.00", f"/money/rounds/{first_round.pk}/"),
            ("21 家社会组织", "#organizations"), ("21 家全部存活", "?alive=1#organizations"), ("¥1,428.57", "#cost"),
        ):  # fmt: skip
            assert re.search(f'<a href="[^"]*{re.escape(way)}">{re.escape(number)}</a>', page), number
        for words in ("不能证明两者有因果关系", "LX02 至 LX05", "均为虚构示例记录", "截至 2021年1月31日"):
            assert words in page
        assert "¥30,000.00" in client_for(None).get(f"/money/rounds/{first_round.pk}/").content.decode()
        early = client_for(None).get(f"/outcomes/rounds/{first_round.pk}/2019-01-01/").content.decode()
        assert "尚无组织备案，不计算每家成本" in early

    def test_takes_the_number_of_queries_that_does_not_grow(self, first_round: Call) -> None:
        found = read(first_round)
        few = Organization.objects.filter(pk__in=[found.bodies[0].id])
        counts = []
        for rows in (few, Organization.objects.all()):
            with CaptureQueriesContext(connection) as made:
                queries.bodies(rows, THEN)
            counts.append(len(made))
        assert counts == [10, 10]
        with CaptureQueriesContext(connection) as made:
            queries.had(read(first_round), on=THEN)
        assert len(made) <= 30


class TestWhatEachHad:
    def test_is_training_visits_and_money_by_the_day(self, first_round: Call) -> None:
        found = read(first_round)
        had = queries.had(found, on=THEN)
        assert sum(one.fen for one in had.values()) == found.cost
        assert {one.training for one in had.values()} == {1, 2}
        assert {one.visits for one in had.values()} == {1, 2, 3}
        before = queries.had(found, on=date(2018, 5, 8))
        assert {(one.training, one.visits, one.fen) for one in before.values()} == {(0, 0, 0)}


class TestSigns:
    def test_are_read_from_four_kinds_of_records_and_end_at_the_day(self, first_round: Call) -> None:
        one = read(first_round).bodies[0]
        assert set(one.signs) == {"activity", "money", "meeting", "members"}
        assert all(day <= THEN for day in one.signs.values())
        meeting = one.signs["meeting"]
        (before,) = queries.bodies(Organization.objects.filter(pk=one.id), meeting)
        assert before.signs["meeting"] == meeting
        assert "activity" in before.signs  # of the project

    def test_taken_back_count_no_more(self, first_round: Call) -> None:
        one = next(body for body in read(first_round, NOW).bodies if body.dissolved_on is None)
        system = Actor.system("test")
        for sign in Sign.objects.filter(organization=one.id, taken_back_at=None):
            registry.take_back_sign(actor=system, sign_id=sign.pk, reason="示例", at=AT)
        (found,) = queries.bodies(Organization.objects.filter(pk=one.id), THEN)
        assert "meeting" not in found.signs
        assert not found.alive
        assert found.silent == "12"

    def test_stand_at_the_desk_with_those_to_visit(self, first_round: Call) -> None:
        body = an_actor(Role.SUBDISTRICT_OFFICER, "370102004")
        rows = queries.desk_bodies(viewer=body, on=NOW)
        assert (len(rows), sum(one.silent == "12" for one in rows)) == (21, 4)
        assert queries.desk_bodies(viewer=an_actor(Role.SUBDISTRICT_OFFICER, "370102001"), on=NOW) == []

    def test_are_filtered_and_taken_along_on_the_page(self, first_round: Call) -> None:
        client = sign_in(Client(), a_person("370102004", Role.SUBDISTRICT_OFFICER))
        root = "/desk/outcomes/2026-11-26/"
        numbers = {
            query: client.get(f"{root}?{query}&export=csv").getvalue().decode("utf-8-sig").strip().count("\n")
            for query in ("", "silent=12", "silent=6", "area=370102004003", "purpose=governance",
                          f"round={first_round.pk}", "silent=12&purpose=service")
        }  # fmt: skip
        rows = queries.desk_bodies(viewer=an_actor(Role.SUBDISTRICT_OFFICER, "370102004"), on=NOW)
        silent = [one for one in rows if one.silent]
        assert list(numbers.values()) == [
            21, sum(one.silent == "12" for one in silent), len(silent), 7,
            sum(one.purpose == "governance" for one in rows), 21,
            sum(one.purpose == "service" and one.silent == "12" for one in silent),
        ]  # fmt: skip
        page = client.get(f"{root}?silent=12").content.decode()
        assert page.count("12 个月无迹象") >= numbers["silent=12"] == 4
        assert client.get("/desk/outcomes/?on=2021-01-31")["Location"] == "/desk/outcomes/2021-01-31/"


class TestMoneyThatComesBack:
    def test_lowers_the_cost_from_its_day_on(self, first_round: Call) -> None:
        at, fund = datetime(2019, 6, 1, 4, tzinfo=UTC), Fund.objects.get()
        one, two, three = (an_actor(Role.DISTRICT_OFFICER, "370102") for _place in range(3))
        funding.take_in(
            actor=one, fund_id=fund.pk, amount_fen=1_000_00, source="appropriation", on=at.date(), at=at, key="more",
            donor_id=None,
        )  # fmt: skip
        made = funding.open_grant(
            actor=one, fund_id=fund.pk, proposal=uuid4(), title="补充（示例）", area="370102004003", theme="",
            lines=[funding.Line("材料", 1_000_00)], tranches=[funding.Part(1_000_00, "signed")], custody="own",
            starts_on=at.date(), ends_on=date(2019, 7, 1), at=at, round_id=first_round.pk, synthetic=True,
        )  # fmt: skip
        for party in ("funder", "recipient"):
            funding.record_signature(actor=one, grant_id=made.pk, party=party, signed_on=at.date(), at=at)
        asked = funding.ask_payment(actor=two, tranche_id=made.tranches.get().pk, at=at)
        for officer in (one, three):
            funding.approve_payment(actor=officer, payment_id=asked.pk, at=at)
        back = at + timedelta(days=9)
        funding.close(actor=one, proposal=made.proposal, at=back)
        days = (at.date() - timedelta(days=1), at.date(), back.date())
        told = [(found.paid, found.returned, found.cost) for found in (read(first_round, day) for day in days)]
        whole, more = 30_000_00, 31_000_00
        assert told == [(whole, 0, whole), (more, 0, more), (more, 1_000_00, whole)]


class TestTheCurve:
    def test_shows_without_scripts_with_its_table_and_warns_of_few(self, first_round: Call) -> None:
        client = client_for(None)
        page = client.get("/outcomes/survival/370102/").content.decode()
        assert "共备案 21 家，其中 7 家已不存活" in page
        assert '<path d="M44.0 12.0' in page
        assert "仍在观察的组织数" in page
        by_class = client.get("/outcomes/survival/370102/class/").content.decode()
        assert "不足 5 家的分组" in by_class
        at_once = client.get("/outcomes/survival/370102/area/?on=2021-01-31").content.decode()
        assert "其中 0 家已不存活" in at_once
        assert "还没有可以画的内容" in client.get("/outcomes/survival/110114/").content.decode()
        for body in Organization.objects.all():
            assert body.name not in page


class TestTheApi:
    def test_gives_the_round_its_curves_and_the_signs_page_by_page(self, first_round: Call) -> None:
        on = THEN.isoformat()
        whole = Client().get(f"/api/v1/outcomes/rounds/{first_round.pk}?on={on}").json()
        assert (whole["paid_fen"], whole["grown"], whole["alive"], whole["each_fen"]) == (3_000_000, 21, 21, 142_857)
        assert len(whole["organizations"]) == 21
        assert {one["alive"] for one in whole["organizations"]} == {True}
        listed = Client().get(f"/api/v1/outcomes/rounds?on={on}").json()
        assert [one for one in listed if one["id"] == str(first_round.pk)] == [
            {name: value for name, value in whole.items() if name != "organizations"}
        ]
        (curve,) = Client().get(f"/api/v1/outcomes/survival/370102?on={on}").json()
        assert (curve["number"], curve["lost"], curve["points"][-1]["share"]) == (21, 0, 1_000_000)
        desk, seen, after = client_for(Role.DISTRICT_OFFICER, "370102"), [], ""
        while after is not None:
            page = desk.get(f"/api/v1/outcomes/signs?on={on}&limit=8{after and f'&after={after}'}").json()
            seen += page["items"]
            after = page["next"]
        assert len({one["id"] for one in seen}) == len(seen) == 21
        assert [one["last_sign"] for one in seen] == sorted(one["last_sign"] for one in seen)
        assert desk.get(f"/api/v1/outcomes/signs?after={uuid4()}").status_code == 422
        assert Client().get("/api/v1/outcomes/rounds?on=1999-12-31").status_code == 404
