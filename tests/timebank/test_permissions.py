"""Every address of the time bank meets every role, inside and outside its area."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.assignments.policies import READERS as RUN_READERS
from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.timebank import operations
from shanzhi.timebank.models import Bank, Deal, Good, HelpProposal, Member, PoolGrant, Post, Sign, Voucher
from tests.assignments.support import a_run
from tests.people.conftest import COMMUNITY, make_areas
from tests.service.support import a_record
from tests.support.ground import undone
from tests.support.people import AT, actor, an_actor
from tests.support.permissions import Roles, Row, check, everyone, missing, only, settled
from tests.timebank.permissions_between import prepare_between, rows
from tests.timebank.support import RULES, a_bank, a_deal, a_member, an_offer, pool, serve, the_volunteer

API = "/api/v1/timebank"
DESK = "/desk/timebank/"
ROLES = Roles(inside=COMMUNITY, outside="110114008001")
READERS = tuple(STAFF_READERS - {Role.SOCIAL_WORKER})
SEES = tuple({*READERS, *RUN_READERS})
KEEPERS = (Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
SIGN_IN = 302
POST: dict[str, Any] = {"method": "POST"}


def signed_in(path: Any, status: int = 200, anonymous: int = SIGN_IN, **row: Any) -> Row:
    """Make the row of what meets whoever signed in alike."""
    return only((), path, refused=status, anonymous=anonymous, **row)


def listed(roles: tuple[Role, ...], path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what is open to roles wherever they are held."""
    return only(roles, path, but=dict.fromkeys(roles, (status, status)), **row)


def of_keepers(path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what keepers do at the desk: its other readers may not, those outside find nothing."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(READERS) - set(KEEPERS), (403, 404))
    return only(KEEPERS, path, allowed=status, refused=404, but=others, **row)


def of_askers(path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what keepers do with a run's pairs: who sees them otherwise may not, those outside find none."""
    others: dict[str, tuple[int, int]] = dict.fromkeys(set(SEES) - set(KEEPERS), (403, 404))
    return only(KEEPERS, path, allowed=status, refused=404, but=others, **row)


def to_keepers(path: Any, status: int = 200, **row: Any) -> Row:
    """Make the row of what members and keepers alone find."""
    return only(KEEPERS, path, allowed=status, refused=404, **row)


class Ground:
    """What the addresses point to, made once."""

    bank: Bank
    member: Member
    post: Post
    deal: Deal
    disputed: Deal
    grant: PoolGrant
    sign: Sign
    record: UUID
    good: Good
    voucher: Voucher
    match: HelpProposal
    # where the same is asked for role after role, it is over already, so that all who may meet the same answer
    used: Voucher
    gone: Good
    closed: Post


GROUND = Ground()


def prepare() -> None:
    """Make a bank with a request, a promise, a dispute, a grant, a sign and a record that waits."""
    make_areas()
    made = GROUND
    made.bank = a_bank(COMMUNITY, reviewers=2)
    other = a_member(made.bank)
    made.member = a_member(made.bank)
    for one in (made.member, other):
        serve(one, 600, reviews=1, area=COMMUNITY)
    asked = a_deal(made.member, other, state="asked")
    made.post, made.deal = asked.post, a_deal(made.member, other)
    made.disputed = a_deal(made.member, other, state="disputed")
    from_member: dict[str, Any] = {"bank_id": made.bank.pk, "pool_id": pool(made.bank).pk, "minutes": 60, "at": AT}
    operations.donate(actor=actor(made.member.person), **from_member)
    keeper = an_actor(Role.DISTRICT_OFFICER, COMMUNITY)
    made.grant = operations.propose_grant(
        actor=keeper, pool_id=pool(made.bank).pk, number=other.number, minutes=30, reason="独居", at=AT
    )
    made.sign = Sign.objects.create(
        bank=made.bank, kind="pair", members=[other.pk], month=AT.date().replace(day=1), times=6, minutes=60, seen_at=AT
    )
    goods = operations.Goods("洗衣液（示例）", "示例超市", 30, 9)
    made.good = operations.put_up(actor=keeper, bank_id=made.bank.pk, given=goods, at=AT)
    made.voucher, made.used = (
        operations.take_voucher(actor=actor(made.member.person), good_id=made.good.pk, at=AT) for _ in range(2)
    )
    operations.hand_out(actor=keeper, voucher_id=made.used.pk, at=AT)
    made.gone = operations.put_up(actor=keeper, bank_id=made.bank.pk, given=goods, at=AT)
    operations.close_good(actor=keeper, good_id=made.gone.pk, at=AT)
    made.closed = operations.close_post(actor=actor(other.person), post_id=an_offer(other).pk, at=AT)
    prepare_between(made.bank, a_bank("370102002", name="邻近公益银行"), a_bank("370102002001", name="邻里公益银行"))
    made.match = HelpProposal.objects.create(
        run=a_run(area=COMMUNITY), post=made.post, member=other, score=1, parts=[["filled", 1, 1, 1, 1]]
    )
    made.record = a_record(the_volunteer(made.member), state="verified", area=COMMUNITY).pk


def bank(path: str = "", root: str = "/timebank/") -> Any:
    return lambda: f"{root}{GROUND.bank.pk}{path}"


def post(path: str = "") -> Any:
    return lambda: f"/timebank/help/{GROUND.post.pk}/{path}"


def good(path: str = "", root: str = "/timebank/goods/") -> Any:
    return lambda: f"{root}{GROUND.good.pk}/{path}"


def desk_good(path: str) -> Any:
    return good(path, f"{DESK}goods/")


def voucher(path: str = "") -> Any:
    return lambda: f"/timebank/vouchers/{GROUND.voucher.pk}/{path}"


def deal(path: str = "") -> Any:
    return lambda: f"/timebank/promises/{GROUND.deal.pk}/{path}"


def matched(path: str = "", root: str = "/assignments/", end: str = "help/") -> Any:
    return lambda: f"{root}{GROUND.match.run_id}/{end}{path}"


def match(path: str = "", root: str = "/timebank/matched/") -> Any:
    return lambda: f"{root}{GROUND.match.pk}{path}"


PAGES: dict[str, Row] = {
    "timebank:banks": everyone("/timebank/"),
    "timebank:bank": everyone(bank("/")),
    "timebank:rules": everyone(bank("/rules/")),
    "timebank:mine": signed_in("/account/timebank/"),
    "timebank:open": signed_in(bank("/open/")),
    "timebank:statement": signed_in(bank("/statement/"), 404),
    "timebank:give": signed_in(bank("/give/"), 404),
    "timebank:donate": signed_in(bank("/donate/"), 404),
    "timebank:close": signed_in(bank("/close/"), 404),
    "timebank:help": to_keepers(bank("/help/"), anonymous=SIGN_IN),
    "timebank:ask": signed_in(bank("/help/ask/"), 404),
    "POST timebank:offer": signed_in(bank("/help/offer/"), 404, **POST),
    "timebank:post": to_keepers(post(), anonymous=SIGN_IN),
    "timebank:answer": to_keepers(post("answer/"), anonymous=SIGN_IN),
    "POST timebank:answer": to_keepers(post("answer/"), 422, anonymous=SIGN_IN, **POST),
    "timebank:close_post": to_keepers(post("close/"), anonymous=SIGN_IN),
    "timebank:photo": signed_in(post("photo/"), 404),
    "timebank:deal": to_keepers(deal(), anonymous=SIGN_IN),
    "POST timebank:step": signed_in(deal("step/"), 404, data={"step": "confirm"}, **POST),
    "timebank:cancel": signed_in(deal("cancel/"), 404),
    "timebank:dispute": signed_in(deal("dispute/"), 404),
    "timebank:rate": signed_in(deal("rate/"), 404),
    "timebank:settle": to_keepers(
        lambda: f"/timebank/promises/{GROUND.disputed.pk}/settle/", anonymous=SIGN_IN),
    "POST timebank:settle": to_keepers(
        lambda: f"/timebank/promises/{GROUND.disputed.pk}/settle/", 422, anonymous=SIGN_IN, **POST),
    "timebank:goods": everyone(bank("/goods/")),
    "timebank:good": everyone(good()),
    "timebank:take": signed_in(good("take/"), 404),
    "POST timebank:take": signed_in(good("take/"), 404, **POST),
    "timebank:find_voucher": signed_in("/timebank/vouchers/"),
    "POST timebank:find_voucher": signed_in("/timebank/vouchers/", 422, data={"number": "000000000000"}, **POST),
    "timebank:voucher": to_keepers(voucher(), anonymous=SIGN_IN),
    "timebank:return_voucher": signed_in(voucher("return/"), 404),
    "timebank:redeem": to_keepers(voucher("redeem/"), anonymous=SIGN_IN),
    "POST timebank:redeem": to_keepers(
        lambda: f"/timebank/vouchers/{GROUND.used.pk}/redeem/", 422, anonymous=SIGN_IN, **POST),
    "timebank:desk_goods": only(READERS, bank("/goods/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:put_up": of_keepers(bank("/goods/new/", DESK), anonymous=SIGN_IN),
    "POST timebank:put_up": of_keepers(bank("/goods/new/", DESK), 422, anonymous=SIGN_IN, **POST),
    "timebank:stock": of_keepers(desk_good("stock/"), anonymous=SIGN_IN),
    "timebank:close_good": of_keepers(desk_good("close/"), anonymous=SIGN_IN),
    "timebank:vouchers": only(READERS, bank("/vouchers/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:matched": only(SEES, matched(), refused=404, anonymous=SIGN_IN),
    "timebank:matched_open": only(SEES, matched("open/"), refused=404, anonymous=SIGN_IN),
    "timebank:matched_ask": of_askers(matched("ask/"), anonymous=SIGN_IN),
    "POST timebank:matched_ask": of_askers(matched("ask/"), 422, anonymous=SIGN_IN, **POST),
    "timebank:match": only(SEES, match("/"), refused=404, anonymous=SIGN_IN),
    "timebank:match_drop": of_askers(match("/drop/"), anonymous=SIGN_IN),
    "POST timebank:match_drop": of_askers(match("/drop/"), 422, anonymous=SIGN_IN, **POST),
    "POST timebank:match_decline": signed_in(match("/decline/"), 404, **POST),
    "timebank:bank_matched": only(READERS, bank("/matched/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:desk": listed(READERS, DESK, anonymous=SIGN_IN),
    "timebank:found": listed(KEEPERS, f"{DESK}new/", anonymous=SIGN_IN),
    "timebank:desk_bank": only(READERS, bank("/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:publish": of_keepers(bank("/rules/", DESK), anonymous=SIGN_IN),
    "POST timebank:publish": of_keepers(bank("/rules/", DESK), 422, anonymous=SIGN_IN, **POST),
    "timebank:earnings": only(READERS, bank("/earned/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:records": only(READERS, bank("/records/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:review": of_keepers(lambda: f"{DESK}records/{GROUND.record}/", anonymous=SIGN_IN),
    "timebank:pool": of_keepers(bank("/pools/new/", DESK), anonymous=SIGN_IN),
    "timebank:grants": only(READERS, bank("/grants/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:propose": of_keepers(bank("/grants/new/", DESK), anonymous=SIGN_IN),
    "timebank:vote": of_keepers(lambda: f"{DESK}grants/{GROUND.grant.pk}/", anonymous=SIGN_IN),
    "timebank:deals": only(READERS, bank("/promises/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:signs": only(READERS, bank("/signs/", DESK), refused=404, anonymous=SIGN_IN),
    "timebank:judge": of_keepers(lambda: f"{DESK}signs/{GROUND.sign.pk}/", anonymous=SIGN_IN),
}  # fmt: skip
BANKS = f"{API}/banks"
ONE = f"{BANKS}/{{bank_id}}"
HELP = {"sort": "offer", "title": "x", "about": "x", "area": COMMUNITY, "minutes": 60}


def api(path: Any, status: int, **row: Any) -> Row:
    return signed_in(path, status, anonymous=401, **row)


def by_api(path: str = "") -> Any:
    return bank(path, f"{BANKS}/")


TABLE: dict[str, Row] = {
    **PAGES,
    **rows(READERS, of_keepers, signed_in),
    f"GET {BANKS}": everyone(BANKS),
    f"GET {ONE}": everyone(by_api()),
    f"GET {ONE}/months": everyone(by_api("/months")),
    f"GET {ONE}/months/running": of_keepers(by_api("/months/running")),
    f"GET {ONE}/rules": everyone(by_api("/rules")),
    f"GET {ONE}/pools": everyone(by_api("/pools")),
    f"GET {API}/me": api(f"{API}/me", 200),
    f"POST {ONE}/account": Row(
        by_api("/account"),
        {**{str(role): (200, 200) for role in Role}, "anonymous": (401, 401), "no role": (409, 409)}, "POST", json={}),
    f"GET {ONE}/statement": api(by_api("/statement"), 404),
    f"POST {ONE}/gifts": api(
        by_api("/gifts"), 422, json={"number": "1", "relation": "parent", "minutes": 1}, **POST),
    f"POST {ONE}/donations": api(
        by_api("/donations"), 409, json={"pool_id": lambda: str(pool(GROUND.bank).pk), "minutes": 1}, **POST),
    f"GET {ONE}/help": to_keepers(by_api("/help")),
    f"POST {ONE}/help": api(by_api("/help"), 409, json=HELP, **POST),
    f"POST {API}/help/{{post_id}}/answers": api(
        lambda: f"{API}/help/{GROUND.post.pk}/answers", 409, json={"message": ""}, **POST),
    f"GET {API}/help/{{post_id}}": to_keepers(lambda: f"{API}/help/{GROUND.post.pk}"),
    f"POST {API}/help/{{post_id}}/close": to_keepers(
        lambda: f"{API}/help/{GROUND.closed.pk}/close", 409, json={}, **POST),
    f"GET {API}/runs/{{run_id}}/matches": only(
        SEES, matched("", f"{API}/runs/", "matches"), refused=404, anonymous=401),
    f"GET {API}/runs/{{run_id}}/open-requests": only(
        SEES, matched("", f"{API}/runs/", "open-requests"), refused=404, anonymous=401),
    f"POST {API}/runs/{{run_id}}/ask": of_askers(
        matched("", f"{API}/runs/", "ask"), 422, json={"pairs": []}, anonymous=401, **POST),
    f"GET {API}/matches/{{match_id}}": only(SEES, match("", f"{API}/matches/"), refused=404, anonymous=401),
    f"POST {API}/matches/{{match_id}}/drop": of_askers(
        match("/drop", f"{API}/matches/"), 422, json={"reason": " "}, anonymous=401, **POST),
    f"GET {API}/me/asked": api(f"{API}/me/asked", 200),
    f"POST {API}/matches/{{match_id}}/decline": api(match("/decline", f"{API}/matches/"), 404, json={}, **POST),
    f"GET {API}/promises": api(f"{API}/promises", 200),
    f"GET {API}/promises/wards": api(f"{API}/promises/wards", 200),
    f"POST {API}/promises/{{deal_id}}/rating": api(
        lambda: f"{API}/promises/{GROUND.deal.pk}/rating", 404, json={"stars": 5}, **POST),
    f"GET {ONE}/goods": everyone(by_api("/goods")),
    f"GET {ONE}/vouchers": only(READERS, by_api("/vouchers"), refused=404),
    f"POST {ONE}/accounts/many": of_keepers(by_api("/accounts/many"), json={"numbers": ["370102999999999"]}, **POST),
    f"POST {ONE}/goods": of_keepers(
        by_api("/goods"), 422, json={"title": " ", "place": " ", "minutes": 1, "pieces": 1}, **POST),
    f"POST {API}/goods/{{good_id}}/stock": of_keepers(
        lambda: f"{API}/goods/{GROUND.good.pk}/stock", json={"pieces": 7, "was": 7}, **POST),
    f"POST {API}/goods/{{good_id}}/close": of_keepers(
        lambda: f"{API}/goods/{GROUND.gone.pk}/close", 409, json={}, **POST),
    f"POST {API}/goods/{{good_id}}/vouchers": api(
        lambda: f"{API}/goods/{GROUND.good.pk}/vouchers", 409, json={}, **POST),
    f"GET {API}/vouchers": api(f"{API}/vouchers", 200),
    f"GET {API}/vouchers/{{voucher_id}}": to_keepers(lambda: f"{API}/vouchers/{GROUND.voucher.pk}"),
    f"POST {API}/vouchers/{{voucher_id}}/return": api(
        lambda: f"{API}/vouchers/{GROUND.voucher.pk}/return", 404, json={}, **POST),
    f"POST {API}/vouchers/{{voucher_id}}/redeem": to_keepers(
        lambda: f"{API}/vouchers/{GROUND.used.pk}/redeem", 409, json={}, **POST),
    f"GET {API}/promises/{{deal_id}}": to_keepers(lambda: f"{API}/promises/{GROUND.deal.pk}"),
    f"POST {API}/promises/{{deal_id}}/step": api(
        lambda: f"{API}/promises/{GROUND.deal.pk}/step", 404, json={"step": "confirm"}, **POST),
    f"POST {API}/promises/{{deal_id}}/decision": of_keepers(
        lambda: f"{API}/promises/{GROUND.disputed.pk}/decision", 422, json={"minutes": 601, "decision": "x"}, **POST),
}  # fmt: skip


@pytest.fixture(scope="module")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Everybody of the table and the bank, made once; each test undoes what it does."""
    with settled(django_db_blocker, ROLES, prepare):
        yield


@pytest.fixture(autouse=True)
def _undone(_ground: None) -> Iterator[None]:
    with undone():
        yield


@pytest.mark.parametrize("name", TABLE)
def test_every_role_meets(name: str) -> None:
    check(TABLE[name], ROLES)


def test_the_table_names_every_address() -> None:
    assert missing(TABLE, urls="shanzhi.timebank.urls", api_prefix=f"{API}/") == set()


def test_a_write_outside_the_own_area_changes_nothing() -> None:
    rules = {**RULES, "from_day": "2027-01-01"}
    for role in Role:
        outside = ROLES.clients(role)[1]
        for path in (f"{GROUND.bank.pk}/rules/", f"grants/{GROUND.grant.pk}/", f"signs/{GROUND.sign.pk}/"):
            answer = outside.post(f"{DESK}{path}", {**rules, "decision": "yes", "reason": "x"})
            assert answer.status_code == 404
    GROUND.grant.refresh_from_db()
    assert (GROUND.grant.state, GROUND.grant.yeses.count(), GROUND.bank.versions.count()) == ("proposed", 0, 1)
