"""Where bytes come from: paths, streams, sizes, other kinds of files, encodings."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest

from shanzhi.tally.pabulib import PabulibError, Treatment, UnknownTreatment, digest, parse_treatment, read
from tests.tally.pabulib.files import PLAIN


class TestAFileOf200MB:
    def test_is_refused_without_being_taken_into_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.pb"
        with path.open("wb") as stream:
            stream.write(PLAIN.encode() + b"d;1\n" * 4000)
            stream.truncate(200 * 1024 * 1024)
        tracemalloc.start()
        with pytest.raises(PabulibError) as caught:
            read(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert caught.value.code == "too_large"
        assert peak < 1024 * 1024

    def test_of_another_kind_is_refused_at_its_first_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "sheet.xlsx"
        with path.open("wb") as stream:
            stream.write(b"PK\x03\x04")
            stream.truncate(200 * 1024 * 1024)
        tracemalloc.start()
        with pytest.raises(PabulibError) as caught:
            read(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert caught.value.code == "wrong_type"
        assert "Excel" in caught.value.message_en
        assert peak < 1024 * 1024

    def test_from_a_stream_is_refused_too(self) -> None:
        with pytest.raises(PabulibError) as caught:
            read(io.BytesIO(PLAIN.encode() * 50), limit=2000)
        assert caught.value.code == "too_large"


class TestAPath:
    def test_that_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PabulibError) as caught:
            read(tmp_path / "nowhere.pb")
        assert caught.value.code == "missing_file"
        assert "nowhere.pb" in str(caught.value)

    def test_that_is_a_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PabulibError) as caught:
            read(tmp_path)
        assert caught.value.code == "unreadable_file"

    def test_a_stream_and_bytes_give_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "plain.pb"
        path.write_text(PLAIN, encoding="utf-8")
        readings = [read(path), read(str(path)), read(PLAIN.encode()), read(io.BytesIO(PLAIN.encode()))]
        assert len({digest(reading) for reading in readings}) == 1


class TestTextThatIsNotUtf8:
    def test_in_gb18030_keeps_its_characters(self) -> None:
        text = PLAIN.replace("Bench", "社区花园（东区）与长椅").replace("Lamp", "楼门路灯")
        reading = read(text.encode("gb18030"))
        assert [project.name for project in reading.projects] == ["社区花园（东区）与长椅", "楼门路灯", "Tree"]
        assert digest(reading) == digest(read(text.encode()))

    @pytest.mark.parametrize("encoding", ["cp1250", "latin-1", "cp1252", "iso8859-2"])
    def test_in_a_latin_encoding_is_refused_until_it_is_named(self, encoding: str) -> None:
        text = PLAIN.replace("Bench", "Müllerstraße, öäü")
        with pytest.raises(PabulibError) as caught:
            read(text.encode(encoding))
        assert (caught.value.code, caught.value.line) == ("not_utf8", 10)
        reading = read(text.encode(encoding), treat=Treatment(encoding=encoding))
        assert reading.projects[0].name == "Müllerstraße, öäü"

    @pytest.mark.parametrize(
        ("name", "encoding", "first"), [("喆堃玥社區", "gb18030", "gb18030"), ("Am Fuß", "latin-1", "cp1250")]
    )
    def test_is_refused_with_the_likeliest_encoding_named_first(self, name: str, encoding: str, first: str) -> None:
        with pytest.raises(PabulibError) as caught:
            read(PLAIN.replace("Bench", name).encode(encoding))
        assert f"for example {first}" in caught.value.cure_en
        assert f"例如 {first}" in caught.value.cure_zh

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_in_utf16_is_converted_when_it_says_so(self, encoding: str) -> None:
        text = PLAIN.replace("Bench", "长椅")
        raw = text.encode(encoding) if encoding == "utf-16" else ("\ufeff" + text).encode(encoding)
        assert read(raw).projects[0].name == "长椅"

    @pytest.mark.parametrize("encoding", ["klingon", "base64", "utf-32", "unicode_escape"])
    def test_under_a_wrong_name_is_refused_or_read_and_never_fails(self, encoding: str) -> None:
        raw = PLAIN.replace("Bench", "Ben\\ud800ch").encode("latin-1")
        with pytest.raises(PabulibError):
            read(raw, treat=Treatment(encoding=encoding))


class TestATreatment:
    def test_is_read_from_options(self) -> None:
        treat = parse_treatment(["unknown-projects=drop", "many_elections=first"])
        assert (treat.unknown_projects, treat.many_elections) == ("drop", "1")

    @pytest.mark.parametrize("option", ["nothing=1", "unknown_projects=guess", "many_elections=0", "weights"])
    def test_that_does_not_exist_is_refused_in_words(self, option: str) -> None:
        with pytest.raises(UnknownTreatment, match=r".+"):
            parse_treatment([option])
