"""Who stands behind a session, as every signed-in request reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from shanzhi.people.backends import AccountBackend, account_with_person
from shanzhi.people.models import Account, Person
from shanzhi.people.session_store import SessionStore

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)


def an_account(**given: Any) -> Account:
    person = Person.objects.create(name="示例甲", area="370102001001", created_at=AT)
    return Account.objects.create(**{"person": person, "login_name": "jia", "password": "!", "created_at": AT, **given})


class TestAnAccount:
    def test_is_read_as_django_reads_it(self, django_assert_num_queries: Any) -> None:
        account = an_account()
        with django_assert_num_queries(1):
            found = account_with_person(account.pk)
            assert found is not None
            assert found.person is not None
            assert found.person.name.reveal() == "示例甲"
        expected = Account.objects.select_related("person").get(pk=account.pk)
        pairs: list[tuple[Any, Any]] = [(found, expected), (found.person, expected.person)]
        for mine, theirs in pairs:
            for field in theirs._meta.concrete_fields:
                assert getattr(mine, field.attname) == getattr(theirs, field.attname), field.name

    def test_without_a_person_has_none(self) -> None:
        found = account_with_person(an_account(person=None).pk)
        assert found is not None
        assert found.person is None

    def test_that_is_closed_is_nobody(self) -> None:
        assert AccountBackend().get_user(an_account(is_active=False).pk) is None

    def test_that_does_not_exist_is_nobody(self) -> None:
        assert AccountBackend().get_user(uuid4()) is None


class TestASession:
    def test_is_the_one_that_the_site_uses(self) -> None:
        assert SessionStore.__module__ == settings.SESSION_ENGINE

    def test_gives_back_what_was_put_in(self) -> None:
        kept = SessionStore()
        kept["a"] = 1
        kept.save()
        assert SessionStore(kept.session_key).load() == {"a": 1}

    def test_that_is_over_gives_nothing(self) -> None:
        kept = SessionStore()
        kept["a"] = 1
        kept.save()
        Session.objects.update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
        late = SessionStore(kept.session_key)
        assert late.load() == {}
        assert late.session_key is None

    @pytest.mark.parametrize("key", ["x" * 32, "0000\x000000", ""])
    def test_of_a_made_up_key_is_empty(self, key: str) -> None:
        assert SessionStore(key).load() == {}
