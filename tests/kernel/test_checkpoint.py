"""Signed tree heads in the form that others' monitors and witnesses read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanzhi.kernel.checkpoint import BadNote, Checkpoint, VerifierKey, note, read_note, sign, verified, verifier_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "shanzhi.example/log"
VERIFIER = verifier_of(KEY, NAME)
HEAD = Checkpoint(NAME, 7, bytes(range(32)), datetime(2026, 11, 25, 3, tzinfo=UTC))


def signed(head: Checkpoint = HEAD) -> str:
    return note(head, [(VERIFIER, sign(head, KEY))])


class TestAKey:
    def test_is_written_and_read_as_one_word(self) -> None:
        # The example of the specification of signed notes, computed there by another program.
        known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        assert VerifierKey.read(known).vkey == known
        assert VerifierKey.read(VERIFIER.vkey) == VERIFIER

    @pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AAAA", VERIFIER.vkey.replace("+", "+0", 1), "a+b+!"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(BadNote):
            VerifierKey.read(text)

    def test_verifies_the_note_of_the_specification(self) -> None:
        text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        [(name, known, signature)] = read_signature(f"— PeterNeumann {line}")
        key = VerifierKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        assert (name, known) == (key.name, key.id)
        assert key.verifies(text.encode(), signature)


def read_signature(line: str) -> list[tuple[str, bytes, bytes]]:
    return read_note(HEAD.body.decode() + "\n" + line + "\n")[1]


class TestAHead:
    def test_is_written_and_read(self) -> None:
        assert verified(signed(), VERIFIER) == HEAD
        assert signed().startswith("shanzhi.example/log\n7\nAAECAwQF")

    def test_of_another_key_is_refused(self) -> None:
        other = verifier_of(Ed25519PrivateKey.generate(), NAME)
        with pytest.raises(BadNote):
            verified(signed(), other)
        with pytest.raises(BadNote):
            verified(signed(), replace(VERIFIER, name="other.example/log"))

    @pytest.mark.parametrize(
        "tampered",
        [
            replace(HEAD, size=8),
            replace(HEAD, root=bytes(32)),
            replace(HEAD, at=datetime(2026, 11, 25, 3, 0, 1, tzinfo=UTC)),
            replace(HEAD, origin="shanzhi.example/other"),
            replace(HEAD, following=VERIFIER.vkey),
        ],
    )
    def test_that_was_changed_is_refused(self, tampered: Checkpoint) -> None:
        with pytest.raises(BadNote):
            verified(note(tampered, [(VERIFIER, sign(HEAD, KEY))]), VERIFIER)

    @pytest.mark.parametrize("text", ["", "a\n1\nAA==\n", signed().replace("time", "hour"), signed() + "x\n"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(BadNote):
            verified(text, VERIFIER)

    def test_that_announces_a_key_is_signed_by_both(self) -> None:
        fresh = Ed25519PrivateKey.generate()
        new = verifier_of(fresh, NAME)
        head = replace(HEAD, following=new.vkey)
        both = [(VERIFIER, sign(head, KEY)), (new, sign(head, fresh))]
        assert verified(note(head, both), VERIFIER).following == new.vkey
        with pytest.raises(BadNote):
            verified(note(head, both[:1]), VERIFIER)
        with pytest.raises(BadNote):
            verified(note(head, both[1:]), VERIFIER)
