"""The keys that sign heads: one gives way to the next in the open, and none is made in silence."""

from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from shanzhi.audit.models import TreeHead
from shanzhi.audit.operations.keys import replace_lost_key, rotate_key
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.queries.tree import note_of
from shanzhi.audit.verification.whole import verify
from shanzhi.kernel.checkpoint import VerifierKey, verified
from shanzhi.kernel.keyring import KeyMissing, make_signing_key, remove_signing_key, signing_keys
from tests.audit.support import AT, SYSTEM, an_event, as_superuser, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings: object, tmp_path: Path) -> Path:
    """A folder of keys of the test's own."""
    settings.KEYS_FOLDER = tmp_path / "keys"  # type: ignore[attr-defined]
    settings.CREATE_KEYS = True  # type: ignore[attr-defined]
    return tmp_path / "keys"


class TestTheFirstKey:
    def test_is_made_where_keys_may_be_made_and_read_by_its_owner_alone(self, keys: Path) -> None:
        an_event()
        head = sealed()
        assert verified(note_of(head), VerifierKey.read(head.key)).size == 1
        assert [path.name for path in keys.iterdir()] == ["log-1.key"]
        assert (keys / "log-1.key").stat().st_mode & 0o077 == 0

    def test_is_made_by_setup_alone_in_production(self, settings: object) -> None:
        settings.CREATE_KEYS = False  # type: ignore[attr-defined]
        an_event()
        with pytest.raises(KeyMissing):
            seal(at=AT)

    def test_bears_the_name_of_the_site_for_good(self, settings: object) -> None:
        settings.PUBLIC_URL = "https://shanzhi.example"  # type: ignore[attr-defined]
        an_event()
        assert sealed().origin == "shanzhi.example/log"
        settings.PUBLIC_URL = "https://elsewhere.example"  # type: ignore[attr-defined]
        an_event()
        assert sealed().origin == "shanzhi.example/log"


class TestAMissingKey:
    def test_is_not_replaced_in_silence(self, keys: Path) -> None:
        an_event()
        sealed()
        remove_signing_key(keys, 1)
        an_event()
        with pytest.raises(KeyMissing, match="restore"):
            seal(at=AT)
        make_signing_key(keys)
        with pytest.raises(KeyMissing, match="restore"):
            seal(at=AT)

    def test_that_is_lost_for_good_is_replaced_by_an_act_that_the_log_tells(self, keys: Path) -> None:
        an_event()
        old = sealed()
        remove_signing_key(keys, 1)
        named = replace_lost_key(actor=SYSTEM, reason="示例：磁盘损坏", at=AT)
        head = sealed()
        assert head.key == named != old.key
        assert verify().good

    def test_is_not_called_lost_while_it_is_there(self) -> None:
        an_event()
        sealed()
        with pytest.raises(ValueError, match="the key is there"):
            replace_lost_key(actor=SYSTEM, reason="示例", at=AT)


class TestARotation:
    def test_is_announced_by_a_head_that_both_keys_sign(
        self, keys: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        an_event()
        old = sealed()
        named = rotate_key(actor=SYSTEM, reason="示例：每年更换", at=AT)
        with django_capture_on_commit_callbacks(execute=True):
            announcing = sealed()
        assert announcing.key == old.key
        assert announcing.next_key == named
        assert verified(note_of(announcing), VerifierKey.read(old.key)).following == named
        assert list(signing_keys(keys)) == [2], "the old key is gone once the head is safe"
        an_event()
        after = sealed()
        assert after.key == named
        assert after.next_key == ""
        assert verify().good

    def test_begun_twice_makes_one_key(self, keys: Path) -> None:
        an_event()
        sealed()
        first = rotate_key(actor=SYSTEM, reason="示例", at=AT)
        assert rotate_key(actor=SYSTEM, reason="示例", at=AT) == first
        assert list(signing_keys(keys)) == [1, 2]

    def test_that_nobody_announced_is_found(self, keys: Path) -> None:
        an_event()
        sealed()
        an_event()
        head = sealed()
        other = keys.parent / "forger"
        make_signing_key(other)
        settings_key = signing_keys(other)[1]
        forged = VerifierKey(head.origin, settings_key.public_key().public_bytes_raw())
        signature = settings_key.sign(note_of(head).split("\n\n")[0].encode() + b"\n")
        values = [forged.vkey, signature, head.size]
        as_superuser("UPDATE audit_treehead SET key = %s, signature = %s WHERE size = %s", values)
        assert [found.words for found in verify().mismatches] == ["is signed by a key that no head announced"]

    def test_keeps_heads_of_the_old_key_valid(self, keys: Path) -> None:
        an_event()
        sealed()
        rotate_key(actor=SYSTEM, reason="示例", at=AT)
        sealed()
        remove_signing_key(keys, 1)
        an_event()
        sealed()
        assert verify().checked["heads"] == 3 == TreeHead.objects.count()
        assert verify().good
