"""Files of keys: what they may hold, and the steps of a change."""

import pytest

from shanzhi.kernel import keyfiles


class TestFiles:
    def test_keep_their_old_forms(self) -> None:
        assert [(k.version, k.secret, k.writes) for k in keyfiles.parse("bare")] == [(1, "bare", True)]
        assert [(k.version, k.writes) for k in keyfiles.parse("1:a\n2:b\n")] == [(1, False), (2, True)]
        assert [(k.version, k.writes) for k in keyfiles.parse("*1:a\n2:b\n")] == [(1, True), (2, False)]

    @pytest.mark.parametrize("text", ["", "*1:a\n*2:b", "1:a\n1:b"])
    def test_written_wrongly_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="key"):
            keyfiles.parse(text)

    def test_change_in_three_steps(self) -> None:
        keys = keyfiles.parse("bare")
        assert keyfiles.stage(keys) == "one"
        keys = keyfiles.added(keys, "fresh")
        assert keyfiles.stage(keys) == "added"
        assert keyfiles.added(keys, "another") == keys
        with pytest.raises(ValueError, match="waits"):
            keyfiles.retired(keys)
        keys = keyfiles.used(keys)
        assert keyfiles.stage(keys) == "used"
        assert [(k.version, k.secret, k.writes) for k in keyfiles.retired(keys)] == [(2, "fresh", True)]
