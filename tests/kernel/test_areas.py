"""Area codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanzhi.kernel import areas

CODES = st.sampled_from([2, 4, 6, 9, 12, 15, 18, 21]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


class TestACode:
    def test_has_its_level_by_its_length(self) -> None:
        assert areas.level_of("370102") == areas.DISTRICT
        assert areas.level_of("370102001002001") == areas.GRID
        with pytest.raises(ValueError, match="no level"):
            areas.level_of("37010")

    def test_begins_with_its_parents(self) -> None:
        assert areas.parent_of("370102001") == "370102"
        assert areas.parent_of("37") == areas.COUNTRY
        assert areas.ancestors_of("370102001") == ("37", "3701", "370102")

    @given(CODES, CODES)
    def test_lies_in_a_subtree_just_when_it_lies_in_the_range(self, area: str, code: str) -> None:
        in_range = area <= code < areas.upper_bound(area)
        assert in_range == areas.covers(area, code)


class TestTheOutermostAreas:
    @given(st.frozensets(CODES, max_size=8), CODES)
    def test_cover_the_same(self, codes: frozenset[str], code: str) -> None:
        kept = areas.outermost(codes)
        assert any(areas.covers(a, code) for a in kept) == any(areas.covers(a, code) for a in codes)
        assert not any(areas.covers(a, b) for a in kept for b in kept if a != b)
