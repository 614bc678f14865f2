"""What the page of money is measured on: a fund with 100 grants and 100,000 expenses, and a bare list of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.http import HttpResponse
from django.urls import include, path
from django.utils import timezone

from shanzhi.funding import operations, queries
from shanzhi.funding.models import Grant
from shanzhi.funding.operations import moving
from shanzhi.funding.views.listings import PUBLIC_EXPENSES
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.places import exchange
from shanzhi.places import operations as places
from shanzhi.ui.listing.response import listings_response

SYSTEM = Actor.system("benchmark")
GRANTS, ROWS, LINES = 100, 100_000, 5
AREA = "370102001"
FILL = """
INSERT INTO funding_expense (id, grant_id, line_id, amount_fen, spent_on, what, seller, seller_code, invoice, original,
    picture, small, public_picture, person_id, state, asked_by, asked_at, decided_by, decided_at, reason, entry,
    synthetic)
SELECT gen_random_uuid(), l.grant_id, l.id, 100, %(day)s::date - (n %% 90)::int, '材料（示例）', '商店（示例）', 'X1',
    upper(left(l.id::text, 8)) || '-' || n, 'sha256:' || encode(sha256((l.id::text || n)::bytea), 'hex'), '', '', '',
    NULL, 'approved', NULL, now(), %(who)s, now(), '', gen_random_uuid(), true
FROM funding_budgetline l CROSS JOIN generate_series(1, %(each)s) AS n
"""


def fill() -> UUID:
    """Make the fund; gives its number."""
    at = timezone.now()
    today = timezone.localdate(at)
    places.import_areas(actor=SYSTEM, sheets=exchange.shipped(), as_of=today, source="shipped", at=at)
    book = ledger.create_book(actor=SYSTEM, name="示例账本", area=AREA, begins_on=today - timedelta(400), at=at)
    fund = operations.create_fund(
        actor=SYSTEM, book_id=book.pk, name="示例基金", kind="government", starts_on=today - timedelta(300),
        ends_on=today + timedelta(300), at=at, synthetic=True,
    )  # fmt: skip
    each = ROWS // GRANTS // LINES
    whole = each * LINES * 100
    operations.take_in(
        actor=SYSTEM,
        fund_id=fund.pk,
        amount_fen=whole * GRANTS,
        source="appropriation",
        on=today,
        key="benchmark",
        at=at,
    )
    for number in range(GRANTS):
        grant = operations.open_grant(
            actor=SYSTEM, fund_id=fund.pk, proposal=uuid4(), title=f"项目 {number}（示例）", area=AREA, theme="",
            lines=[operations.Line(f"科目 {n}", each * 100) for n in range(LINES)], custody="own", at=at,
            tranches=[operations.Part(whole, "signed")], starts_on=today - timedelta(200), ends_on=today,
        )  # fmt: skip
        for party in ("funder", "recipient"):
            operations.record_signature(actor=SYSTEM, grant_id=grant.pk, party=party, signed_on=today, at=at)
        _spend(Grant.objects.select_related("fund__book").get(pk=grant.pk), whole, each, at)
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"day": today, "who": uuid4(), "each": each})
        cursor.execute("VACUUM ANALYZE funding_expense")
    return fund.pk


def _spend(grant: Grant, whole: int, each: int, at: Any) -> None:
    """Move in the ledger what the expenses come to: to the team, and from there to each line."""
    accounts = {
        role: moving.of_grant(actor=SYSTEM, grant=grant, role=role, at=at)
        for role in ("committed", "held", *(f"line-{n + 1}" for n in range(LINES)))
    }
    steps = [("committed", "held", whole), *(("held", f"line-{n + 1}", each * 100) for n in range(LINES))]
    for source, target, amount in steps:
        moving.move(
            actor=SYSTEM, fund=grant.fund, source=accounts[source], target=accounts[target], amount=amount,
            kind="bench", key=f"bench:{grant.pk}:{target}", at=at,
        )  # fmt: skip


def bare(request: Any, fund_id: UUID) -> HttpResponse:
    """List the same expenses and nothing else."""
    rows = queries.public_expenses(grant__fund_id=fund_id)
    lists = ((PUBLIC_EXPENSES, rows),)
    answer: HttpResponse = listings_response(
        request, lists, {"heading": "bare", "figures": None, "facts": []}, template="funding/money.html"
    )
    return answer


urlpatterns = [path("bare/<uuid:fund_id>/", bare), path("", include("shanzhi.config.urls"))]
