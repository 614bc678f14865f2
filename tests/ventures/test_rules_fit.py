"""The builder lets a call be counted by exactly what the count can count from its ballots."""

from __future__ import annotations

from contextlib import nullcontext
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanzhi.tally import Spec, count
from shanzhi.tally.election import BallotKind
from shanzhi.tally.faults import CountingError
from shanzhi.tally.spec import Satisfaction
from shanzhi.ventures.queries.checks import FITS
from tests.tally.elections import elections

PAIRS = [(kind, satisfaction) for kind in get_args(BallotKind) for satisfaction in get_args(Satisfaction)]


@pytest.mark.parametrize(("kind", "satisfaction"), PAIRS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_what_a_ballot_is_counted_by(kind: BallotKind, satisfaction: Satisfaction, data: st.DataObject) -> None:
    election = data.draw(elections(kind=kind))
    fits = satisfaction in FITS.get(kind, ())
    with nullcontext() if fits else pytest.raises(CountingError):
        count(election, Spec("equal-shares", satisfaction))
