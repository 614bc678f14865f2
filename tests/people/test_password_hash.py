"""A password's hash of an older kind is made anew when the password is given, and that stands in the events."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.people import operations
from shanzhi.people.models import Account
from tests.support.people import AREA, AT, PASSWORD, a_person, an_account

pytestmark = pytest.mark.django_db


class TestAPasswordWithAnOldHash:
    @pytest.fixture(autouse=True)
    def _hashers(self, settings: Any) -> None:
        hashers = "django.contrib.auth.hashers"
        settings.PASSWORD_HASHERS = [f"{hashers}.PBKDF2PasswordHasher", f"{hashers}.MD5PasswordHasher"]

    def an_old_one(self) -> Account:
        account = an_account(a_person(AREA))
        account.password = make_password(PASSWORD, hasher="md5")
        account.save()
        return account

    def test_is_hashed_anew_when_it_is_given_and_that_is_on_record(self) -> None:
        account = self.an_old_one()
        client = Client()
        given = {"login": account.login_name, "password": PASSWORD}
        for _turn in range(2):  # only the first time there is something to do
            assert client.post("/account/sign-in/password/", given).status_code == 302
            assert client.get("/account/").status_code == 200
        account.refresh_from_db()
        assert account.password.startswith("pbkdf2_sha256$")
        assert Event.objects.filter(subject_id=str(account.pk), verb="people.account.rehash").count() == 1

    def test_is_left_alone_by_a_wrong_password_and_where_it_was_changed_meanwhile(self) -> None:
        account = self.an_old_one()
        assert not account.check_password("wrong wrong wrong")
        late = Account.objects.get(pk=account.pk)
        operations.set_password(
            actor=Actor(account_id=account.pk), account_id=account.pk, password=f"{PASSWORD} new", at=AT
        )
        assert late.check_password(PASSWORD)  # as it was read before
        account.refresh_from_db()
        assert account.check_password(f"{PASSWORD} new")
        assert not Event.objects.filter(verb="people.account.rehash").exists()
