"""The round that the demo plays."""

from datetime import UTC, datetime, timedelta

import pytest

from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import Award, Call

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
class TestARoundPlayedTwice:
    def test_gives_the_same_digest_and_winners(self) -> None:
        said: list[str] = []
        first = rounds.play(at=AT, say=said.append)
        second = rounds.play(at=AT + timedelta(days=1, hours=5), say=said.append)
        assert first.digest == second.digest
        assert first.winners == second.winners
        assert first.winners
        assert first.call_id != second.call_id
        assert any(first.digest in line for line in said)

    def test_ends_closed_with_an_award_for_each_winner(self) -> None:
        played = rounds.play(at=AT, say=lambda _line: None)
        call = Call.objects.get(pk=played.call_id)
        assert call.state == "closed"
        assert call.result_digest == played.digest
        assert Award.objects.filter(call=call).count() == len(played.winners)
        assert sum(award.amount_fen for award in call.awards.all()) <= call.purse_fen
        assert all(award.reason["zh"] and award.reason["en"] for award in call.awards.all())
