"""Files of keys: what they may hold, and the steps of a change."""

import os
from pathlib import Path

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

    @pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away needs root")
    def test_stay_whose_they_are_when_another_changes_them(self, tmp_path: Path) -> None:
        path = tmp_path / "fields.keys"
        path.write_text("1:a")
        os.chown(path, 65534, 65534)
        keyfiles.put(path, keyfiles.added(keyfiles.parse("1:a"), "b"))
        found = path.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65534, 0o600)
        assert path.read_text() == "*1:a\n2:b\n"
