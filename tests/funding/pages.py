"""The pages of money, for the tests that look at every page: a fund with a grant in each state and what waits."""

from datetime import timedelta

from django.urls import reverse

from shanzhi.funding import operations
from shanzhi.funding.models import Expense, Income
from tests.support.funds import AT, DAY, Money, a_photo, money


def filled() -> tuple[Money, dict[str, object]]:
    """Make a fund with a grant that has some of everything."""
    made = money()
    grant = made.paid(round_id=made.fund.pk, round_title="微创投第一轮（示例）")
    spent = made.spent(grant)
    operations.publish_picture(actor=made.officer, expense_id=spent.pk, photo=a_photo(), at=AT)
    claim = made.claim(grant, line=2)
    operations.meet_condition(actor=made.officer, proposal=grant.proposal, condition="midterm", at=AT)
    payment = operations.ask_payment(actor=made.keeper, tranche_id=grant.tranches.get(number=2).pk, at=AT)
    request = operations.ask(
        actor=made.lead, grant_id=grant.pk, kind="lines", source=2, target=1, amount_fen=100, why="涨价", at=AT
    )
    told = operations.disclose_grant(actor=made.officer, grant_id=grant.pk, at=AT + timedelta(minutes=1))
    operations.name_donor(actor=made.officer, fund_id=made.fund.pk, person_id=made.leader.pk, at=AT)
    operations.set_limit(
        actor=made.district, area=made.book.area, role="keeper", act="expense", limit_fen=8_000_00, at=AT
    )
    draft = made.grant(title="花园（示例）")
    return made, {
        "income": small_income(made), "grant": grant, "draft": draft, "spent": Expense.objects.get(pk=spent.pk),
        "claim": claim, "payment": payment,
        "request": request, "disclosure": told,
    }  # fmt: skip


def small_income(made: Money) -> Income:
    """Record an income small enough for every approver to take back, and take another one back."""
    small, wrong = (
        operations.take_in(
            actor=made.keeper, fund_id=made.fund.pk, amount_fen=amount, source="donations", on=DAY, key=f"in-{amount}",
            at=AT,
        )
        for amount in (100_00, 200_00)
    )  # fmt: skip
    operations.take_back(actor=made.officer, income_id=wrong.pk, reason="多记一笔（示例）", at=AT)
    return small


def public() -> dict[str, str]:
    """Give the public pages."""
    made, found = filled()
    return {
        "funding:money": reverse("funding:money"),
        "funding:money none": reverse("funding:money") + "?q=没有的东西",
        "funding:fund": reverse("funding:fund", args=[made.fund.pk]),
        "funding:round": reverse("funding:round", args=[made.fund.pk]),
        "funding:project": reverse("funding:project", args=[found["grant"].pk]),
        "funding:disclosure": reverse("funding:disclosure", args=[found["disclosure"].pk]),
    }


def own(made: Money, found: dict[str, object]) -> dict[str, str]:
    """Give the pages of a team and of a donor."""
    return {
        **{f"funding:{name}": reverse(f"funding:{name}") for name in ("own", "given")},
        **{f"funding:{n}": reverse(f"funding:{n}", args=[found["grant"].pk]) for n in ("own_grant", "claim", "ask")},
        "funding:expense": reverse("funding:expense", args=[found["claim"].pk]),
    }


def desk() -> dict[str, str]:
    """Give the pages of the desk, as far as they can be for an officer."""
    made, found = filled()
    plain = ("desk", "new_fund", "grants", "payments", "expenses", "requests", "due", "limits", "new_limit")
    of_fund = ("desk_fund", "income", "donor", "new_grant")
    of_grant = ("desk_grant", "meet", "stop", "close")
    return {
        **{f"funding:{name}": reverse(f"funding:{name}") for name in plain},
        **{f"funding:{name}": reverse(f"funding:{name}", args=[made.fund.pk]) for name in of_fund},
        **{f"funding:{name}": reverse(f"funding:{name}", args=[found["grant"].pk]) for name in of_grant},
        "funding:desk_grant draft": reverse("funding:desk_grant", args=[found["draft"].pk]),
        **{f"funding:{name}": reverse(f"funding:{name}", args=[found["draft"].pk]) for name in ("sign", "renew")},
        "funding:payment": reverse("funding:payment", args=[found["payment"].pk]),
        "funding:request": reverse("funding:request", args=[found["request"].pk]),
        "funding:expense desk": reverse("funding:expense", args=[found["claim"].pk]),
        "funding:picture": reverse("funding:picture", args=[found["spent"].pk]),
        "funding:take_back": reverse("funding:take_back", args=[found["income"].pk]),
        **{f"{name} desk": address for name, address in own(made, found).items() if "expense" not in name},
    }
