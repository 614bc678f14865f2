"""A small electorate's result tells of no single voter: page, file, API and events agree, and the seal covers all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from shanzhi.audit.models import Event
from shanzhi.config.cli import app
from shanzhi.kernel.roles import Role
from shanzhi.tally.pabulib import read
from shanzhi.voting import operations, queries
from shanzhi.voting.models import Count, Poll
from shanzhi.voting.operations import BallotRules, OptionInput
from tests.support import people as making
from tests.voting import support
from tests.voting.support import a_person, an_open_poll, vote

pytestmark = pytest.mark.django_db
OPTIONS = [OptionInput(code=f"Z{n}", title=f"项目{n}", cost_fen=400_00) for n in range(4)]
SMALL = {"smallest_electorate": 50, "smallest_group": 5}
# 32 ballots: three kinds shared by five and more, two of two. Z3 has nobody in LOPSIDED.
MIXED = [["Z0"]] * 8 + [["Z1"]] * 7 + [["Z2"]] * 6 + [["Z3"]] * 7 + [["Z0", "Z1"]] * 2 + [["Z2", "Z3"]] * 2
LOPSIDED = [["Z0", "Z1"]] * 12 + [["Z0"]] * 14 + [["Z0", "Z2"]] * 3


def counted(ballots: list[list[str]], **terms: Any) -> tuple[Count, list[str]]:
    """A counted poll with these ballots, and their receipts."""
    people = [a_person() for _ in ballots]
    poll = an_open_poll(people, options=OPTIONS, **{**SMALL, **terms})
    receipts = [vote(person, poll.pk, choices) for person, choices in zip(people, ballots, strict=True)]
    support.close(poll)
    return operations.count_poll(actor=support.STAFF, poll_id=poll.pk, at=support.now()), receipts


def texts(poll: Poll) -> dict[str, str]:
    """Everything that the public can read of a counted poll."""
    client, base = Client(), f"/api/v1/voting/polls/{poll.pk}"
    pages = [reverse(f"voting:{name}", args=[poll.pk]) for name in ("results", "recount", "file")]
    return {path: client.get(path).content.decode() for path in [*pages, f"{base}/result", f"{base}/file"]}


class TestFewerBallotsThanTwoGroups:
    def test_publish_the_winners_and_no_figure(self) -> None:
        count, _receipts = counted([["Z0", "Z1"]] * 6 + [["Z0"]] * 2)
        assert count.publication["kind"] == "decided"
        assert count.publication["winners"] == ["Z0", "Z1"]
        result = Client().get(f"/api/v1/voting/polls/{count.poll_id}/result").json()
        assert (result["ballots"], result["blank"], result["roll"]) == (None, None, 8)
        assert {row["votes"] for row in result["result"]["outcome"]["projects"]} == {None}
        assert result["result"]["outcome"]["rounds"] == result["result"]["alternatives"] == []

    def test_do_not_tell_how_few_by_the_length_of_a_proof(self) -> None:
        for number in (1, 3, 9):
            count, receipts = counted([["Z0"]] * number)
            found = queries.receipt(viewer=support.STAFF, poll_id=count.poll_id, code=receipts[0])
            assert found.proof is not None
            assert (found.proof["size"], len(found.proof["path"])) == (10, len(found.proof["path"]))
            assert count.publication["leaves"] == 10


class TestFiguresOfASmallElectorate:
    def test_are_told_where_enough_support_a_project_and_enough_do_not(self) -> None:
        count, _receipts = counted(LOPSIDED)
        assert count.publication["kind"] == "totals"
        assert count.publication["votes"] == {"Z0": None, "Z1": 12, "Z2": None, "Z3": None}
        assert count.publication["ballots"] == 29

    def test_agree_on_page_and_api_and_in_file_and_awards(self) -> None:
        count, _receipts = counted(LOPSIDED)
        shown = texts(count.poll)
        page = shown[reverse("voting:results", args=[count.poll_id])]
        assert page.count("支持人数不公布") == 3
        assert "12" in page
        meta = read(shown[reverse("voting:file", args=[count.poll_id])].encode()).meta
        assert json.loads(meta["coarsened_votes"]) == count.publication["votes"]
        result = json.loads(shown[f"/api/v1/voting/polls/{count.poll_id}/result"])
        told = {row["project"]: row["votes"] for row in result["result"]["outcome"]["projects"]}
        assert told == count.publication["votes"] == result["publication"]["votes"]
        assert all("29" not in reason["zh"] for reason in count.result["reasons"].values())

    def test_show_no_ballot(self) -> None:
        count, _receipts = counted(LOPSIDED)
        assert read(count.file.encode()).ballots == 0


class TestBallotsOfASmallElectorate:
    def test_are_shown_where_enough_cast_the_same_and_merged_else(self) -> None:
        count, _receipts = counted(MIXED)
        assert count.publication["kind"] == "merged"
        assert (count.publication["shown"], count.publication["merged"]) == (
            22,
            10,
        )  # four would tell, so six join them
        reading = read(count.file.encode())
        assert reading.ballots == 22
        assert json.loads(reading.meta["coarsened_ballots"]) == {"ballots": 32, "merged": 10, "shown": 22}

    def test_are_published_whole_where_all_are_shared(self) -> None:
        count, _receipts = counted([["Z0"]] * 7 + [["Z1"]] * 7 + [["Z2"]] * 7 + [["Z3"]] * 7)
        assert count.publication == {"kind": "whole"}
        assert read(count.file.encode()).ballots == 28

    def test_are_found_by_their_receipt_and_say_whether_they_are_shown(self) -> None:
        count, receipts = counted(MIXED)
        first = queries.receipt(viewer=support.STAFF, poll_id=count.poll_id, code=receipts[0])
        last = queries.receipt(viewer=support.STAFF, poll_id=count.poll_id, code=receipts[-1])
        assert (first.alike, last.alike) == (8, None)
        page = Client().post(reverse("voting:receipt", args=[count.poll_id]), {"receipt": receipts[-1]})
        assert "公布的文件没有单独列出这张选票" in page.content.decode()

    def test_are_whole_in_an_electorate_that_is_not_small(self) -> None:
        count, _receipts = counted(LOPSIDED, smallest_electorate=29)
        assert count.publication == {"kind": "whole"}
        assert read(count.file.encode()).ballots == 29


class TestDigestAndSealOfASmallElectorate:
    def test_cover_all_ballots_and_cannot_be_found_by_trying(self) -> None:
        count, _receipts = counted([["Z0"]] * 3)
        everything = json.dumps([count.result, count.publication, count.file, count.digest, count.seal])
        poll = count.poll
        election = operations.counting.election_of(poll)
        spec = operations.counting.spec_from_json(poll.spec)
        outcome = operations.counting.count_election(election, spec)
        bare = {outcome.digest, operations.counting.content_digest(election)}
        assert not any(digest in everything for digest in bare)
        assert not any(digest.removeprefix("sha256:") in everything for digest in bare)
        line = "".join(f"{row} 0 \n" for row in ()).encode()
        assert hashlib.sha256(line).hexdigest() not in everything
        assert operations.seal_holds(count)

    def test_change_with_any_ballot(self) -> None:
        count, _receipts = counted(MIXED)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE voting_ballot SET choices = '{3}' WHERE poll_id = %s AND choices = '{2,3}'", [count.poll_id]
            )
        assert not operations.seal_holds(count)


class TestEventsOfASmallElectorate:
    def test_tell_no_more_than_the_page(self) -> None:
        count, _receipts = counted([["Z0"]] * 6 + [[]] * 2)
        closing = Event.objects.get(verb="voting.poll.close", subject_id=str(count.poll_id))
        assert closing.change == {"ballots": None, "blank": None, "roll": 8, "channels": None}


class TestTheLimitsOfAPoll:
    def test_are_those_of_the_settings_unless_the_poll_says_otherwise(self, settings: Any) -> None:
        settings.SMALLEST_ELECTORATE, settings.SMALLEST_GROUP = 80, 7
        a_person()
        assert (support.a_draft().smallest_electorate, support.a_draft().smallest_group) == (80, 7)
        assert support.a_draft(smallest_electorate=20).smallest_electorate == 20

    def test_are_part_of_what_the_digest_covers_and_frozen_with_it(self) -> None:
        poll = an_open_poll([a_person()], **SMALL)
        assert operations.polls.terms(poll)["smallest_group"] == 5
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Poll.objects.filter(pk=poll.pk).update(smallest_group=3)

    def test_never_go_below_three_voters(self) -> None:
        with pytest.raises(operations.BadPoll):
            support.a_draft(smallest_group=2)

    def test_reckon_with_what_a_ballot_may_hold(self) -> None:
        rules = BallotRules(kind="approval", min_choices=1, max_choices=1, blank_allowed=False)
        count, _receipts = counted([["Z0"]] * 9 + [["Z1"]] * 9 + [["Z2"]] * 9 + [["Z3"]] * 2, rules=rules)
        assert set(count.publication["votes"].values()) == {None}  # else the last figure is what is missing to 29


class TestAnAuditor:
    def test_counts_all_again_and_leaves_a_record(self) -> None:
        count, _receipts = counted(LOPSIDED)
        auditor = support.actor(a_person(), (Role.AUDITOR, support.AREA))
        found = operations.recount_whole(actor=auditor, poll_id=count.poll_id, reason="复核", at=support.now())
        assert found.agrees
        assert read(found.file.encode()).ballots == found.outcome.ballots == 29
        event = Event.objects.get(verb="voting.poll.audit_count")
        assert (event.reason, event.change) == (
            "复核",
            {"seal_holds": True, "digest_holds": True, "winners_hold": True},
        )
        assert event.actor_person == auditor.person_id

    def test_is_told_when_a_ballot_was_changed(self) -> None:
        count, _receipts = counted(LOPSIDED)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE voting_ballot SET choices = '{3}' WHERE choices = '{0}'")
        auditor = support.actor(a_person(), (Role.AUDITOR, support.AREA))
        found = operations.recount_whole(actor=auditor, poll_id=count.poll_id, reason="复核", at=support.now())
        assert (found.seal, found.digest, found.winners) == (False, False, False)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
    def test_is_the_only_one_who_may(self, role: Role) -> None:
        count, _receipts = counted([["Z0"]] * 3)
        for area in (support.AREA, ""):
            actor = support.actor(a_person(), (role, area))
            with pytest.raises(operations.NotAnAuditor):
                operations.recount_whole(actor=actor, poll_id=count.poll_id, reason="复核", at=support.now())

    def test_of_another_area_may_not(self) -> None:
        count, _receipts = counted([["Z0"]] * 3)
        auditor = support.actor(a_person(), (Role.AUDITOR, support.ELSEWHERE))
        with pytest.raises(operations.NotAnAuditor):
            operations.recount_whole(actor=auditor, poll_id=count.poll_id, reason="复核", at=support.now())
        assert not Event.objects.filter(verb="voting.poll.audit_count").exists()

    def test_does_it_by_a_command_on_the_premises(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        count, _receipts = counted(LOPSIDED)
        person = making.a_person(support.COMMUNITY, Role.AUDITOR, role_area=support.AREA)
        login = support.an_account(person).login_name
        whole = tmp_path / "whole.pb"
        words = [str(count.poll_id), "--auditor", login, "--reason", "复核", "--file", str(whole)]
        call_command("recount_whole", *words)
        assert "seal: agrees\ndigest: agrees\nwinners: agrees\nballots: 29" in capsys.readouterr().out
        assert read(whole).ballots == 29
        assert whole.stat().st_mode & 0o777 == 0o600


class TestShanzhiCountOnACoarsenedFile:
    def say(self, tmp_path: Path, file: str, *words: str) -> tuple[int, str]:
        path = tmp_path / "held.pb"
        path.write_text(file, encoding="utf-8")
        done = CliRunner().invoke(app, ["count", str(path), *words])
        return done.exit_code, done.output

    def test_says_that_it_is_coarsened_and_what_can_still_be_checked(self, tmp_path: Path) -> None:
        count, _receipts = counted(LOPSIDED)
        code, said = self.say(tmp_path, count.file, "--language", "en")
        assert code == 0
        assert "coarsened (totals)" in said
        assert "no figure about fewer than 5 voters" in said
        assert "winners cannot be worked out from this file; an auditor can" in said
        assert f"under the seal {count.seal}" in said
        assert "Z1 项目1  won 12" in said
        code, said = self.say(tmp_path, count.file, "--language", "zh")
        assert "此文件经过粗化（totals）" in said

    def test_finds_the_winners_again_where_the_rule_asks_for_supporters_alone(self, tmp_path: Path) -> None:
        count, _receipts = counted(MIXED, spec={"rule": "score", "satisfaction": "cost", "ties": ["id"]})
        code, said = self.say(tmp_path, count.file, "--json")
        answer = json.loads(said)
        assert (code, answer["winners_follow"], answer["faults"]) == (0, True, [])
        assert answer["winners"] == count.publication["winners"]

    def test_says_when_the_winners_do_not_follow(self, tmp_path: Path) -> None:
        count, _receipts = counted(MIXED, spec={"rule": "score", "satisfaction": "cost", "ties": ["id"]})
        told = json.dumps(count.publication["winners"], separators=(",", ":")).replace('"', '""')
        assert f'winners;"{told}"' in count.file
        for other in ('[""Z2""]', "[]"):
            code, said = self.say(tmp_path, count.file.replace(f'winners;"{told}"', f'winners;"{other}"'), "--json")
            assert (code, json.loads(said)["winners_follow"]) == (1, False)

    @pytest.mark.parametrize("part", ["terms", "ballots", "votes", "winners"])
    def test_refuses_in_words_what_makes_no_sense(self, tmp_path: Path, part: str) -> None:
        count, _receipts = counted(MIXED)
        lines = [
            f"coarsened_{part};[1]" if line.startswith(f"coarsened_{part};") else line
            for line in count.file.splitlines()
        ]
        code, said = self.say(tmp_path, "\n".join(lines) + "\n", "--json")
        assert (code, json.loads(said)["code"]) == (1, "cannot_count")

    def test_says_when_the_file_breaks_its_own_measure(self, tmp_path: Path) -> None:
        count, _receipts = counted(MIXED)
        strict = count.file.replace('""smallest_group"":5', '""smallest_group"":8')
        code, said = self.say(tmp_path, strict, "--json")
        assert code == 1
        assert len(json.loads(said)["faults"]) == 1  # seven ballots alike, shown


class TestPages:
    def test_say_what_was_held_back_in_both_languages(self) -> None:
        count, _receipts = counted(LOPSIDED)
        for language, words in (("zh-hans", "哪些内容没有公布"), ("en", "What is held back, and why")):
            client = Client(headers={"accept-language": language})
            for name in ("results", "recount"):
                page = client.get(reverse(f"voting:{name}", args=[count.poll_id]))
                assert words in page.content.decode()
                assert "small-electorates-1" in page.content.decode()

    def test_of_a_whole_result_say_nothing_of_it(self) -> None:
        count, _receipts = counted(LOPSIDED, smallest_electorate=0)
        page = Client().get(reverse("voting:results", args=[count.poll_id])).content.decode()
        assert 'id="held-back"' not in page


class TestAFurtherCountWithoutAProjectThatLeft:
    def again(self, ballots: list[list[str]], tmp_path: Path, **terms: Any) -> tuple[Count, Count, dict[str, Any]]:
        """The first count, the further one, and what the receipt of the first voter is found to be in its file."""
        first, receipts = counted(ballots, **terms)
        poll_id = first.poll_id
        operations.leave_out(actor=support.STAFF, poll_id=poll_id, code="Z0", reason="退出", at=support.now())
        made = operations.recount_poll(actor=support.STAFF, poll_id=poll_id, at=support.now())
        proof = queries.receipt(viewer=support.STAFF, poll_id=poll_id, code=receipts[0]).proof
        assert proof is not None
        (tmp_path / "proof.json").write_text(json.dumps(proof))
        (tmp_path / "again.pb").write_text(made.file, encoding="utf-8")
        words = ["count", str(tmp_path / "again.pb"), "--receipt", str(tmp_path / "proof.json"), "--json"]
        answer: dict[str, Any] = json.loads(CliRunner().invoke(app, words).output)
        return first, made, answer

    def test_tells_the_winners_alone_where_the_first_held_back(self, tmp_path: Path) -> None:
        first, made, answer = self.again(MIXED, tmp_path)
        assert (first.publication["kind"], made.publication["kind"]) == ("merged", "decided")
        assert set(made.publication["votes"].values()) == {None}  # a second table taken from the first tells of ballots
        assert "Z0" not in made.publication["votes"]
        assert made.publication["winners"] == made.result["outcome"]["winners"] != []
        assert made.seal == first.seal
        assert (answer["verdict"], answer["ballots"]) == ("sealed", [])
        page = Client().get(reverse("voting:results", args=[first.poll_id]), {"count": 2}).content.decode()
        assert "退出" in page
        assert f"?count={first.number}" in page

    def test_is_published_whole_where_the_first_was(self, tmp_path: Path) -> None:
        first, made, answer = self.again(LOPSIDED, tmp_path, smallest_electorate=0)
        assert (first.publication, made.publication) == ({"kind": "whole"}, {"kind": "whole"})
        assert read(made.file.encode()).ballots == 29
        assert (answer["verdict"], len(answer["ballots"])) == ("sealed", 12)  # what is left of Z0 and Z1

    def test_is_what_an_auditor_compares(self, tmp_path: Path) -> None:
        first, _made, _answer = self.again(MIXED, tmp_path)
        auditor = support.actor(a_person(), (Role.AUDITOR, support.AREA))
        found = operations.recount_whole(actor=auditor, poll_id=first.poll_id, reason="复核", at=support.now())
        assert found.agrees
