"""Money, identifiers, canonical form, ciphers."""

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel import identifiers, keyring
from shanzhi.kernel.canonical import canonical, digest
from shanzhi.kernel.ciphers import FieldCipher, Unreadable, derive
from shanzhi.kernel.keyfiles import parse
from shanzhi.kernel.money import MOST_FEN, NotAnAmount, format_yuan, parse_yuan
from shanzhi.kernel.periods import age_on

KEY = derive("one", "fields")
CIPHER = FieldCipher(keys={1: KEY}, index_key=derive("index", "index"))


class TestAnAmount:
    @given(st.integers(-MOST_FEN, MOST_FEN))
    def test_is_read_as_it_was_written(self, fen: int) -> None:
        assert parse_yuan(format_yuan(fen).replace("-¥", "¥-")) == fen

    @pytest.mark.parametrize(
        ("text", "fen"), [("500", 50000), ("￥12,345.6", 1234560), ("１２．５", 1250), ("500元", 50000), ("0.05", 5)]
    )
    def test_is_read_from_what_people_type(self, text: str, fen: int) -> None:
        assert parse_yuan(text) == fen

    @pytest.mark.parametrize("text", ["", "12,34", "1.234", "abc", "1e5", "NaN", "99999999999999999", "1 000"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(NotAnAmount):
            parse_yuan(text)


class TestAResidentId:
    def test_is_checked_by_its_last_character(self) -> None:
        number = "11010519491231002X"  # the worked example of GB 11643-1999
        assert identifiers.resident_id(" 11010519491231002x ") == number
        assert identifiers.birth_date_of(number) == date(1949, 12, 31)
        assert identifiers.mask_resident_id(number) == "110105**********2X"
        assert identifiers.mask_resident_id("E12345678") == "********78"  # of a passport
        with pytest.raises(identifiers.NotAResidentId):
            identifiers.resident_id("110105194912310021")


class TestAPhone:
    @pytest.mark.parametrize("text", ["13800138000", "138 0013 8000", "+8613800138000", "+86 138-0013-8000"])
    def test_has_one_form(self, text: str) -> None:
        assert identifiers.phone(text) == "+8613800138000"
        assert identifiers.mask_phone("+8613800138000") == "138****8000"

    @pytest.mark.parametrize("text", ["1380013", "hello", "", "12345678901", "<script>"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(identifiers.NotAPhone):
            identifiers.phone(text)


class TestAName:
    @pytest.mark.parametrize(
        ("name", "masked"), [("张建三", "张*三"), ("李四", "李*"), ("欧阳小明", "欧*明"), ("王", "*")]
    )
    def test_is_masked(self, name: str, masked: str) -> None:
        assert identifiers.mask_name(name) == masked


class TestTheOtherSideOfABill:
    @pytest.mark.parametrize("name", [
        "示例社区服务中心", "济南示例物业有限公司", "示例基金会", "老街坊五金店", "楼门互助社（示例）",
        "示例街道办事处", "工商银行示例支行",
    ])  # fmt: skip
    def test_is_shown_whole_where_it_is_surely_a_body(self, name: str) -> None:
        assert identifiers.mask_party(f" {name} ") == name

    @pytest.mark.parametrize(("name", "masked"), [
        ("李知行", "李*行"), ("欧阳建社", "欧*社"), ("张店", "张*"), ("张三", "张*"), ("张三（示例）", "张*）"),
        ("", "*"),
        ("6217001234567890/示例有限公司", "6*司"),
        ("138****8000的小店服务部", "1*部"),
        ("测试甲", "测*甲"),
    ])  # fmt: skip
    def test_is_masked_in_doubt(self, name: str, masked: str) -> None:
        assert identifiers.mask_party(name) == masked


class TestTheCanonicalForm:
    def test_does_not_depend_on_order(self) -> None:
        assert digest({"a": 1, "b": "字"}) == digest({"b": "字", "a": 1})
        assert canonical({"b": 1, "a": [date(2026, 1, 2)]}) == b'{"a":["2026-01-02"],"b":1}'

    def test_refuses_floats_at_any_depth(self) -> None:
        with pytest.raises(TypeError, match="float"):
            digest({"a": [{"b": 0.1}]})


class TestASealedField:
    @given(st.text(max_size=200))
    def test_opens_to_what_was_sealed(self, text: str) -> None:
        assert CIPHER.open(CIPHER.seal(text, purpose="p"), purpose="p") == text

    def test_opens_only_for_its_own_purpose(self) -> None:
        with pytest.raises(Unreadable):
            CIPHER.open(CIPHER.seal("x", purpose="name"), purpose="phone")

    def test_does_not_open_when_a_bit_was_changed(self) -> None:
        stored = bytearray(CIPHER.seal("x", purpose="p"))
        stored[-1] ^= 1
        with pytest.raises(Unreadable):
            CIPHER.open(bytes(stored), purpose="p")

    def test_under_an_old_key_still_opens_and_new_ones_use_the_newest(self) -> None:
        old = CIPHER.seal("x", purpose="p")
        both = FieldCipher(keys={1: KEY, 2: derive("two", "fields")}, index_key=CIPHER.index_key)
        assert both.open(old, purpose="p") == "x"
        assert both.seal("x", purpose="p")[0] == 2
        assert both.mark("x", purpose="p") == CIPHER.mark("x", purpose="p") != CIPHER.mark("x", purpose="q")


class TestKeys:
    @pytest.mark.parametrize("text", ["", "0:a", "256:a", "1:a,1:b"])
    def test_written_wrongly_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="key"):
            parse(text)

    def test_are_made_once_and_for_their_owner_alone(self, tmp_path: Path) -> None:
        first = keyring.field_cipher(tmp_path / "keys", create=True)
        again = keyring.field_cipher(tmp_path / "keys", create=False)
        assert again.open(first.seal("x", purpose="p"), purpose="p") == "x"
        for name in (keyring.FIELDS, keyring.INDEX):
            assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600

    def test_that_are_missing_are_not_made_anew(self, tmp_path: Path) -> None:
        with pytest.raises(keyring.KeyMissing):
            keyring.field_cipher(tmp_path, create=False)


class TestAge:
    def test_turns_on_the_birthday(self) -> None:
        assert age_on(date(2008, 11, 24), date(2026, 11, 24)) == 18
        assert age_on(date(2008, 11, 25), date(2026, 11, 24)) == 17
        assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
