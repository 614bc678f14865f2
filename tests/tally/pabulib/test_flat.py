"""Columns as flat bytes give what plain Python gives, only sooner."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.tally.pabulib.flat import all_differ, as_bytes, as_texts, cut_column, find, marks_of, pieces

# Without NUL, which words are padded with: names that differ in it alone look alike (the last test of the look-up).
_FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=";\n,\x00"), max_size=12)
_LONG = st.text(st.sampled_from("ab"), max_size=60)


class TestAColumn:
    @given(
        st.integers(1, 4).flatmap(lambda w: st.lists(st.lists(_FIELD, min_size=w, max_size=w), min_size=1, max_size=9))
    )
    @settings(max_examples=200, deadline=None)
    def test_is_cut_out_of_its_rows(self, rows: list[list[str]]) -> None:
        width = len(rows[0])
        marks = marks_of("\n".join(";".join(row) for row in rows).encode(), width)
        assert marks is not None
        for place in range(width):
            assert as_texts(cut_column(*marks, place, width)) == [row[place] for row in rows]

    @given(st.lists(st.tuples(st.text("甲a", max_size=2), st.text("乙b", min_size=90, max_size=99)), min_size=1))
    @settings(max_examples=50, deadline=None)
    def test_is_cut_out_beside_a_wide_one(self, rows: list[tuple[str, str]]) -> None:
        for turned in (False, True):
            lines = [row[::-1] if turned else row for row in rows]
            marks = marks_of("\n".join(";".join(line) for line in lines).encode(), 2)
            assert marks is not None
            for place in range(2):
                assert as_texts(cut_column(*marks, place, 2)) == [line[place] for line in lines]

    def test_is_not_cut_where_rows_are_uneven(self) -> None:
        assert marks_of(b"a;b;c\nd", 2) is None
        assert marks_of(b"a;b\nc;d;e;f", 2) is None
        assert marks_of(b"a\nb;c", 2) is None


class TestALookUp:
    @given(
        st.lists(_FIELD | _LONG, min_size=1, max_size=12, unique=True), st.lists(st.lists(_FIELD | _LONG, max_size=5))
    )
    @settings(max_examples=300, deadline=None)
    def test_finds_what_a_dictionary_finds(self, ids: list[str], ballots: list[list[str]]) -> None:
        index = {name: place for place, name in enumerate(ids)}
        texts = [",".join([*ballot, *ids[:2]]) for ballot in ballots]
        column = as_bytes(texts)
        starts, lengths, counts = pieces(column, commas=True)
        assert counts.tolist() == [len(text.split(",")) for text in texts]
        found = find(column, starts, lengths, ids, unknown=-2)
        if found is None:
            assert max(len(name.encode()) for name in ids) > 40
        else:
            assert found.tolist() == [index.get(token, -2) for text in texts for token in text.split(",")]

    def test_gives_up_on_names_that_differ_only_in_what_it_pads_with(self) -> None:
        starts, lengths, _counts = pieces(column := as_bytes(["a", "a\x00"]), commas=True)
        assert find(column, starts, lengths, ["a", "a\x00"], unknown=-2) is None
        assert not all_differ(column, starts, lengths)


class TestDifferentRows:
    @given(st.lists(_FIELD | _LONG, max_size=12))
    @settings(max_examples=300, deadline=None)
    def test_are_only_called_so_when_they_are(self, texts: list[str]) -> None:
        differ = len(set(texts)) == len(texts) and "" not in texts
        column = as_bytes(texts)
        starts, lengths, _ = pieces(column, commas=False)
        told = all_differ(column, starts, lengths)
        if told:
            assert differ
        elif differ:
            assert max(len(text.encode()) for text in texts) > 40
