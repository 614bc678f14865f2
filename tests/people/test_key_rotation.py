"""Changing the keys of personal data while others write and read: nothing fails, nothing stays under the old key."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from shanzhi.kernel import keyring
from shanzhi.kernel.ciphers import Unreadable
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, queries
from shanzhi.people.fields import PHONE, cipher, mark
from shanzhi.people.models import Account, Person
from shanzhi.people.operations import PhoneTaken, keys, resealing
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.people.test_attacks import code_now, with_generator
from tests.support.people import AT, a_person, actor, an_account, an_actor, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("areas", "own_keys")]
WHY = "a test"


@pytest.fixture
def own_keys(tmp_path: Path, settings: Any) -> Path:
    settings.KEYS_FOLDER = tmp_path / "keys"
    cipher()
    return tmp_path / "keys"


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 3)


def rotate(kind: keys.Kind) -> None:
    keys.rotate(kind=kind, reason=WHY, now=timezone.now, grace=0.05, say=lambda _words: None)


class Busy:
    """Writers that all try the same phones, and readers; what goes wrong is kept."""

    def __init__(self) -> None:
        self.over, self.lock, self.wrong = Event(), Lock(), [""]
        self.made, self.asked, self.read = 0, 0, 0
        self.officer = an_actor(Role.SUBDISTRICT_OFFICER, DISTRICT)
        self.known = a_person(COMMUNITY, name="王小明", phone="+8613900000001")
        self.client = sign_in(Client(), self.known)
        self.wrong.clear()

    def run(self, act: Callable[[int], None]) -> None:
        number = 0
        try:
            while not self.over.is_set():
                act(number)
                number += 1
        except Exception as problem:  # noqa: BLE001 - whatever fails is what this looks for
            self.wrong.append(f"{act.__name__}: {problem!r}")
        finally:
            connection.close()

    def write(self, number: int) -> None:
        phone = f"+86137{number:08d}"
        with self.lock:
            self.asked = max(self.asked, number + 1)
        try:
            operations.new_person(actor=self.officer, name="新人", area=COMMUNITY, phone=phone, at=AT)
            with self.lock:
                self.made += 1
        except PhoneTaken:
            pass
        operations.account_for_phone(phone=phone, at=AT)

    def look(self, _number: int) -> None:
        found = queries.search(queries.people(viewer=self.officer), "13900000001").get()
        assert found.name.reveal() == "王小明"
        assert self.client.get("/account/").status_code == 200
        self.read += 1

    def __enter__(self) -> "Busy":
        acts = [self.write, self.write, self.look]
        self.threads = [Thread(target=self.run, args=(act,)) for act in acts]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.usefixtures("_small_batches")
def test_while_others_write_and_read_nothing_fails_and_nothing_is_left(own_keys: Path) -> None:
    old = keyring.field_cipher(own_keys, create=False)
    before = Busy()
    with before as busy:
        rotate("fields")
        rotate("index")
    assert busy.wrong == []
    assert busy.asked > 3
    assert busy.read > 3
    assert busy.made == busy.asked == Person.objects.filter(phone_mark__isnull=False).count() - 1
    assert Account.objects.filter(phone_mark__isnull=False).count() == busy.asked
    for one in Person.objects.all():
        plain = one.name.reveal()
        with pytest.raises(Unreadable):
            old.open(cipher_bytes(one), purpose="people.person.name")
        assert bytes(one.name_mark or b"") == mark(plain, purpose="people.person.name")
        assert one.name_mark_next is one.phone_mark_next is None
        if one.phone:
            assert bytes(one.phone_mark or b"") == mark(one.phone.reveal(), purpose=PHONE)
            assert bytes(one.phone_mark or b"") != old.mark(one.phone.reveal(), purpose=PHONE)
    assert busy.client.get("/account/").status_code == 200


def cipher_bytes(person: Person) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM people_person WHERE id = %s", [person.pk])
        return bytes((cursor.fetchone() or (b"",))[0])


def test_second_factors_open_under_the_new_key() -> None:
    account = an_account(a_person(COMMUNITY, Role.SOCIAL_WORKER))
    secret, codes = with_generator(account), RecoveryCodes.activate(account).get_unused_codes()
    rotate("fields")
    with request_context(RequestFactory().post("/")):
        kept = {one.type: one.wrap() for one in Authenticator.objects.filter(user=account)}
        assert kept["totp"].validate_code(code_now(secret))
        assert kept["recovery_codes"].get_unused_codes() == codes


@pytest.mark.usefixtures("_small_batches")
def test_stopped_between_batches_it_goes_on_and_the_old_key_stays_as_long_as_it_is_needed() -> None:
    people = [a_person(COMMUNITY, phone=f"+86136000000{n:02d}") for n in range(8)]
    keys.add(kind="index", reason=WHY, at=AT)
    with pytest.raises(keys.StillNeeded):
        keys.use(kind="index", reason=WHY, at=AT)
    started = keys.rewrite(kind="index")
    assert next(started) == 3
    started.close()
    assert keys.state("index").left["people_person.phone_mark"] == len(people)
    sum(keys.rewrite(kind="index"))
    keys.use(kind="index", reason=WHY, at=AT)
    with pytest.raises(keys.StillNeeded):
        keys.retire(kind="index", reason=WHY, at=AT)
    rotate("index")
    assert keys.state("index") == keys.KeyState("index", "one", (2,), 2, {})
    with pytest.raises(PhoneTaken):
        operations.new_person(actor=actor(people[0]), name="另一个", area=COMMUNITY, phone="+8613600000003", at=AT)


@pytest.mark.parametrize("steps", [(), ("add",), ("add", "rewrite"), ("add", "rewrite", "use")])
def test_at_each_step_a_number_stands_once(steps: tuple[str, ...]) -> None:
    """The same number is refused in the database, whatever step the two writers were at."""
    for step in steps:
        if step == "rewrite":
            sum(keys.rewrite(kind="index"))
        else:
            getattr(keys, step)(kind="index", reason=WHY, at=AT)
    held = operations.new_person(actor=an_actor(), name="甲", area=COMMUNITY, phone="+8613500000001", at=AT)
    for step in ("rewrite", "use") if steps and "use" not in steps else ():
        sum(keys.rewrite(kind="index")) if step == "rewrite" else keys.use(kind="index", reason=WHY, at=AT)
    with pytest.raises(PhoneTaken):
        operations.new_person(actor=an_actor(), name="乙", area=COMMUNITY, phone="+8613500000001", at=AT)
    found = queries.search(Person.objects.all(), "13500000001").get()
    assert found == held


def test_who_was_erased_keeps_no_key_from_going_and_lets_nothing_back_in() -> None:
    keys.add(kind="index", reason=WHY, at=AT)
    gone = a_person(COMMUNITY, phone="+8613500000009")
    sum(keys.rewrite(kind="index"))
    operations.erase_own(actor=actor(gone), confirmed=True, at=AT)
    gone.refresh_from_db()
    assert (gone.name_mark_next, gone.id_mark_next, gone.phone_mark_next) == (None, None, None)
    rotate("index")
    keys.add(kind="fields", reason=WHY, at=AT)
    keys.use(kind="fields", reason=WHY, at=AT)
    with pytest.raises(IntegrityError, match="erased"):  # what is sealed under the newer key is no empty name
        Person.objects.filter(pk=gone.pk).update(name="王小明")
    rotate("fields")
    assert keys.state("fields").left == keys.state("index").left == {}
    gone.refresh_from_db()
    assert gone.name.reveal() == ""
    with pytest.raises(IntegrityError, match="erased"):
        Person.objects.filter(pk=gone.pk).update(name="王小明")


def test_a_row_that_somebody_holds_is_passed_over_and_done_later() -> None:
    a_person(COMMUNITY)
    held = a_person(COMMUNITY)
    keys.add(kind="fields", reason=WHY, at=AT)
    keys.use(kind="fields", reason=WHY, at=AT)
    holding, passed = Event(), Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM people_person WHERE id = %s FOR UPDATE", [held.pk])
            holding.set()
            passed.wait(20)
            cursor.execute("COMMIT")
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    holding.wait(20)
    sum(resealing.reseal())
    assert keys.state("fields").left == {"people_person": 1}
    passed.set()
    thread.join()
    sum(keys.rewrite(kind="fields"))
    assert keys.state("fields").left == {}


class TestFiles:
    def test_that_break_while_the_site_runs_do_not_stop_it(self, own_keys: Path) -> None:
        person = a_person(COMMUNITY, name="李雷")
        (own_keys / "fields.keys").write_text("no key: at all")
        assert Person.objects.get(pk=person.pk).name.reveal() == "李雷"

    def test_change_for_one_operator_at_a_time(self, own_keys: Path) -> None:
        keys.add(kind="fields", reason=WHY, at=AT)
        keys.add(kind="fields", reason=WHY, at=AT)
        assert keys.state("fields").versions == (1, 2)
        assert {p.stat().st_mode & 0o077 for p in own_keys.iterdir()} == {0}


def test_the_database_holds_each_next_mark_once() -> None:
    first, second = a_person(COMMUNITY), a_person(COMMUNITY)
    Person.objects.filter(pk=first.pk).update(phone_mark_next=b"x" * 32)
    with pytest.raises(IntegrityError):
        Person.objects.filter(pk=second.pk).update(phone_mark_next=b"x" * 32)
