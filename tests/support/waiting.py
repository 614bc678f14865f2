"""What the example site's district officer finds between two steps: files sent and not confirmed, jobs, a way back."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people import exchange as lists
from shanzhi.people import operations as people
from shanzhi.people.actors import actor_for
from shanzhi.people.models import ImportBatch, Invitation, Recovery
from shanzhi.places import exchange as tables
from shanzhi.places import operations as places
from shanzhi.places.models import SentSheet, SheetKind
from shanzhi.voting import exchange as elections
from shanzhi.voting.models import Upload
from shanzhi.work.models import Job
from tests.support.people import a_person, a_phone, an_account, an_id_number
from tests.support.site import Site

COMMUNITY = "370102001002"
REASON, LOST = "接替退休同事", "手机丢失"
ELECTION = """META
key;value
description;外地选举（示例）
country;Poland
unit;示例
instance;2023
budget;1000
currency;EUR
vote_type;approval
rule;greedy
date_begin;2023-05-01
date_end;2023-05-15
PROJECTS
project_id;cost;name;selected
1;600;一号;1
2;500;二号;0
VOTES
voter_id;vote
a;1
b;1,2
c;2
"""
DOUBTFUL = ELECTION.replace("b;1,2", "b;1,9").replace("c;2", "c;8,2\na;1")
FIGURES = "代码,常住人口,户数,生效日期,来源\n370102001002,3021,1200,2021-11-01,统计\n"
WRONG_FIGURES = FIGURES + "370102001999,1800,700,2020-11-01,普查\n370102001003,很多,800,2020-11-01,普查\n"


def pages(site: Site) -> dict[str, str]:
    """Give the address of each by the name of its page; all are made when first asked for."""
    officer = actor_for(account=site.account("district"), at=site.at)
    if not Invitation.objects.filter(reason=REASON).exists():
        _elections(site, officer)
        _lists(site, officer)
        _sheets(site, officer)
        _rights(site)
        people.invite(
            actor=officer, phone=a_phone(), role=Role.SOCIAL_WORKER, area=COMMUNITY, reason=REASON, at=site.at
        )
    own = officer.person()
    lists_sent = ImportBatch.objects.filter(owner=own, job=None)
    found = {
        **{f"ventures:desk_import_preview imported {one.name}": one.pk for one in Upload.objects.filter(owner=own)},
        **{f"people:import_preview {len(one.errors)} wrong": one.pk for one in lists_sent.order_by("fresh")},
        **{f"places:sheet {one.name}": one.pk for one in SentSheet.objects.filter(owner=own)},
        **{f"work:job {one.state}": one.pk for one in Job.objects.filter(owner=own, kind="people.import")},
        "people:recovery": Recovery.objects.get(reason=LOST).pk,
        "people:end_invitation": Invitation.objects.get(reason=REASON).pk,
    }
    return {name: reverse(name.split(" ")[0], args=[pk]) for name, pk in found.items()}


def _elections(site: Site, officer: Actor) -> None:
    for name, text in (("存疑.pb", DOUBTFUL), ("外地.pb", ELECTION)):
        elections.take_file(actor=officer, name=name, content=text.encode(), at=site.at)


def a_list(*rows: tuple[str, str, str]) -> lists.Sheet:
    """Give an office's list of residents: name, number of the document, phone."""
    lines = ["姓名,证件号码,手机", *(",".join(row) for row in rows)]
    return lists.read("\n".join(lines).encode())


def _lists(site: Site, officer: Actor) -> None:
    """Send a list with bad rows and a good one, and write one of two that put the same person on record."""

    def sent(*rows: tuple[str, str, str]) -> ImportBatch:
        return people.prepare_import(actor=officer, area=COMMUNITY, sheet=a_list(*rows), at=site.at)

    good = ("周小兰", an_id_number(), a_phone()[3:])
    sent(good, ("", an_id_number(), ""), ("钱大海", "370102199902301234", ""), ("孙小雨", "", "12345"))
    sent(good, ("吴小波", an_id_number(), a_phone()[3:]))
    twice = [sent(("郑小燕", an_id_number(order=700), a_phone(70_000_000)[3:])) for _ in range(2)]
    for batch in twice:
        people.confirm_import(actor=officer, batch_id=batch.pk, at=site.at)
    for batch in twice:  # the second finds the person on record
        people.write_import(batch_id=batch.pk, at=site.at)


def _sheets(site: Site, officer: Actor) -> None:
    size = "代码,面积（平方米）,生效日期,来源\n370102001002,350000,2020-11-01,街道\n"
    for name, text in (("有误.csv", WRONG_FIGURES), ("人口.csv", FIGURES), ("面积.csv", size)):
        lines = tables.figure_lines(text.encode(), name)
        kept = places.keep_sheet(actor=officer, kind=SheetKind.FIGURES, name=name, lines=lines, at=site.at)
        if text == size:
            places.write_sheet(actor=officer, sheet_id=kept.pk, at=site.at)


def _rights(site: Site) -> None:
    """Report a second factor lost to another officer."""
    number = an_id_number(born_on=date(1975, 3, 9))
    person = a_person(COMMUNITY, Role.COMMUNITY_SECRETARY, name="韩立群", id_number=number)
    an_account(person)
    other = actor_for(account=site.account("administrator"), at=site.at)
    people.begin_recovery(actor=other, person_id=person.pk, id_number=number, reason=LOST, at=site.at)
