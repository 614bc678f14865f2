"""A person with unmistakable words in every field that can hold any, and a search for them in all that is stored."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.test import Client

from shanzhi.audit.operations import record
from shanzhi.kernel.ciphers import Unreadable
from shanzhi.kernel.identifiers import mask_name, mask_phone, mask_resident_id
from shanzhi.kernel.roles import Role
from shanzhi.notices import models as notices
from shanzhi.organizations.models import Document, FilingApplication, Membership, RegisterImport, RegisterRow, Sign
from shanzhi.people import fields as people_fields
from shanzhi.people import operations
from shanzhi.people.fields import (
    ID_NUMBER,
    NAME,
    PHONE,
    PHONE_OF_ACCOUNT,
    PHONE_OF_INVITATION,
    SealedField,
    cipher,
    mark,
)
from shanzhi.people.models import Account, Guardianship, ImportBatch, Invitation, Person, PersonMerge, Recovery
from shanzhi.projects import models as projects
from shanzhi.ventures import models as ventures
from shanzhi.voting.models import Booth, LeftOption, Option, PaperMark, Poll, RollEntry
from shanzhi.work.files import store
from shanzhi.work.models import AnsweredRequest, Job
from tests.activities.filled import mark_activities
from tests.assignments.filled import mark_assignments
from tests.attendance.filled import mark_attendance
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.service.filled import mark_service
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_account, an_actor, give_role, sign_in
from tests.timebank.filled import mark_timebank
from tests.volunteering.filled import mark_volunteering

WHO, MOBILE, DOCUMENT, BORN = "欧阳无双甲", "+8613977776666", "370102193102030013", date(1931, 2, 3)
MAIL, WANTED, OPENID, LOGIN = (
    "unmistakable@example.cn",
    "wished@example.cn",
    "openid-unmistakable",
    "login-unmistakable",
)
HOME = COMMUNITY + "007"
OWN_WORDS = "绝无仅有之语"
MARKS = (
    WHO, MOBILE[3:], DOCUMENT, BORN.isoformat(), MAIL, WANTED, OPENID, LOGIN, HOME, OWN_WORDS, "Singular Browser",
    "绝无仅有的附件", "绝无仅有的内容", mask_name(WHO), mask_phone(MOBILE), mask_resident_id(DOCUMENT),
)  # fmt: skip
TOLD = f"请找{WHO}，电话{MOBILE[3:]}，证件{DOCUMENT}"


def purposes() -> set[str]:
    """Give every purpose under which something is sealed: of the fields, and of what is sealed besides."""
    found = {value for name, value in vars(people_fields).items() if name.isupper() and isinstance(value, str)}
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, SealedField):
                found.add(field.purpose)
    return found | {"people.session"}


def opened(raw: bytes, names: Iterable[str]) -> Iterator[str]:
    """Give all that can be read from bytes: as text, and decrypted under every purpose."""
    yield raw.decode("utf-8", "replace")
    for purpose in names:
        with contextlib.suppress(Unreadable, IndexError, ValueError):
            yield cipher().open(raw, purpose=purpose)


def indexes() -> dict[bytes, str]:
    """Give the blind indexes of the person's values, under every purpose."""
    return {
        mark(value, purpose=purpose): f"index of {value}"
        for purpose in (NAME, ID_NUMBER, PHONE, PHONE_OF_ACCOUNT, PHONE_OF_INVITATION)
        for value in (WHO, DOCUMENT, MOBILE)
    }


def everything(folder: Path) -> Iterator[tuple[str, Any]]:
    """Give every value of every column of every table, and every file with its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column.name for column in cursor.description or ()]
            for row in cursor.fetchall():
                yield from ((f"{table}.{name}", value) for name, value in zip(columns, row, strict=True))
    for path in folder.rglob("*"):
        yield f"file {path.name}", path.name
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()


def texts(value: Any, names: set[str]) -> Iterator[str]:
    """Give all that can be read from a value: as text, decrypted, and decrypted where it is sealed inside a text."""
    if isinstance(value, bytes | memoryview):
        for text in opened(bytes(value), names):
            yield text
            if re.fullmatch(r"[A-Za-z0-9+/]{40,}=*", text):  # a file that is sealed as text
                yield base64.b64decode(text).decode("utf-8", "replace")
    elif value is not None:
        text = json.dumps(value, ensure_ascii=False, default=str)
        yield text
        for piece in re.findall(r"[A-Za-z0-9+/=]{40,}", text):
            with contextlib.suppress(ValueError):
                yield from opened(base64.b64decode(piece, validate=True), names)


def found_in(folder: Path) -> dict[str, set[str]]:
    """Search everything for what is the person's; give what was found where."""
    found: dict[str, set[str]] = {}
    names, known = purposes(), indexes()
    for place, value in everything(folder):
        if isinstance(value, bytes | memoryview) and bytes(value) in known:
            found.setdefault(place, set()).add(known[bytes(value)])
        for text in texts(value, names):
            for marked in MARKS:
                if marked in text:
                    found.setdefault(place, set()).add(marked)
    return found


@contextlib.contextmanager
def guards_off() -> Iterator[None]:
    """Let rows be made that only a whole round would make; the constraints of the tables still hold."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def a_marked_person() -> Person:
    """Make a person whose every field, in every room, carries something unmistakable."""
    person = a_person(HOME, name=WHO, phone=MOBILE, id_number=DOCUMENT, born_on=BORN)
    account = an_account(person, phone=MOBILE, phone_mark=mark(MOBILE, purpose=PHONE_OF_ACCOUNT), phone_verified=True)
    Account.objects.filter(pk=account.pk).update(login_name=LOGIN, password="绝无仅有之语", last_login=AT)
    account.refresh_from_db()
    sign_in(Client(HTTP_USER_AGENT="x"), person)
    account.sign_ins.update(
        device="Singular Browser", session_key="绝无仅有之语" + account.sign_ins.get().session_key[:20]
    )
    Authenticator.objects.create(user=account, type="totp", data={"secret": OWN_WORDS}, created_at=AT)
    officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    _roles(person, account, officer)
    operations.give_consent(actor=actor(person), purpose="real_name", at=AT)
    rows = [
        {"row": 2, "name": WHO, "id_number": DOCUMENT, "phone": MOBILE, "area": COMMUNITY},
        {"row": 3, "name": "示例乙", "id_number": "", "phone": "+8613900000001", "area": COMMUNITY},
    ]
    ImportBatch.objects.create(owner_id=officer.person_id, area=COMMUNITY, rows=json.dumps(rows), fresh=2, known=0,
                               created_at=AT)  # fmt: skip
    operations.unmask(actor=officer, person_id=person.pk, fields=["name"], reason=f"{OWN_WORDS}：{TOLD}", at=AT)
    record(actor=officer, verb="work.job.start", subject=Job(kind="x", created_at=AT), area="", at=AT, reason=TOLD)
    AnsweredRequest.objects.create(owner=str(account.pk), operation="x", key="x" * 8, request_digest="x", at=AT,
                                   answer={"said": OWN_WORDS})  # fmt: skip
    _notices(person)
    _paper(person, officer.person())
    _ventures(person, officer.person())
    _organizations(person)
    with guards_off():
        mark_volunteering(person, name=WHO, phone=MOBILE, told=TOLD, at=AT)
        for plant in (mark_activities, mark_assignments, mark_attendance, mark_service, mark_timebank):
            plant(person, told=TOLD, at=AT)
    return person


def _organizations(person: Person) -> None:
    """Put the person into an organisation, behind an application that is over, and behind what an office said."""
    body = an_organization(COMMUNITY, name="合唱社（示例）")
    Membership.objects.create(organization=body, person=person, name=WHO, phone=MOBILE, starts_on=AT, created_at=AT)
    Document.objects.create(
        organization=body, paper="other", name=f"{TOLD}.pdf", kind="pdf", digest="sha256:x", size=1,
        added_by=person, created_at=AT,
    )  # fmt: skip
    Sign.objects.create(
        organization=body, kind="members_meeting", on=AT, present=5, about=TOLD, recorded_by=person, created_at=AT
    )
    _register(person)
    said = {"organization": body, "area": COMMUNITY, "name": body.name, "created_at": AT, "handed_in_at": AT}
    over = {**said, "state": "refused", "decided_at": AT}
    FilingApplication.objects.create(
        **over, applicant=person, in_charge=WHO, phone=MOBILE, about=TOLD, reason="x"
    )  # fmt: skip
    FilingApplication.objects.create(**over, opinion_by=person, opinion_words=TOLD, reason="x")
    FilingApplication.objects.create(**over, decided_by=person, reason=TOLD)


def _register(person: Person) -> None:
    """Name the person in a register that an office sent: in the file, in its first rows, in a row looked at."""
    file = f"社区社会组织名称,负责人,联系电话\n合唱队（示例）,{WHO},{MOBILE[3:]}\n".encode()
    with guards_off():
        sent = RegisterImport.objects.create(
            owner=person, area=COMMUNITY, name="台账.csv", file=base64.b64encode(file).decode(),
            sample=json.dumps([[WHO, MOBILE[3:]]]), created_at=AT,
        )  # fmt: skip
        RegisterRow.objects.create(
            register=sent, sheet="台账", number=2, outcome="new", told=json.dumps({"line": ["队", WHO, MOBILE[3:]]}),
        )  # fmt: skip


def _roles(person: Person, account: Account, officer: Any) -> None:
    give_role(person, Role.SOCIAL_WORKER, area=COMMUNITY, reason=OWN_WORDS, ended_reason=OWN_WORDS,
              ends_at=AT - timedelta(days=1))  # fmt: skip
    operations.invite(actor=officer, phone=MOBILE, role=Role.JUROR, area=COMMUNITY, reason=OWN_WORDS, at=AT)
    Invitation.objects.create(
        role="juror", reason=OWN_WORDS, state="taken", secret="s", code="c", invited_by_id=officer.person_id,
        taken_by=person, created_at=AT, expires_at=AT,
    )  # fmt: skip
    with guards_off():
        PersonMerge.objects.create(
            kept=person, merged=a_person(COMMUNITY, verified=False), state="undone", place=1, needs_second=False,
            reason=OWN_WORDS, ended_reason=OWN_WORDS, proposed_by_id=officer.person_id, proposed_at=AT,
            decided_by_id=officer.person_id, decided_at=AT, undone_by_id=officer.person_id, undone_at=AT,
        )  # fmt: skip
        Recovery.objects.create(
            account=account, person=person, state="stopped", asked_by_id=officer.person_id, asked_at=AT,
            document="resident_id", reason=OWN_WORDS, ended_reason=OWN_WORDS, ended_at=AT,
        )  # fmt: skip
        Guardianship.objects.create(
            ward=a_person(COMMUNITY), guardian=person, kind="parent", starts_on=AT.date(), document="appointment",
            document_tail=OWN_WORDS, verified_by_id=officer.person_id, verified_at=AT, ended_at=AT,
            ended_reason=OWN_WORDS,
        )  # fmt: skip


def _notices(person: Person) -> None:
    told = notices.Notice.objects.create(kind="x", category="x", key="x", created_at=AT)
    token = "00000000-0000-0000-0000-000000000001"
    notices.Delivery.objects.create(notice=told, person=person, channel="sms", state="sent", token=token, created_at=AT)
    notices.EmailAddress.objects.create(person=person, address=MAIL, wanted=WANTED, code_mark=b"x", code_until=AT,
                                        verified_at=AT, changed_at=AT)  # fmt: skip
    notices.WeChatLink.objects.create(person=person, openid=OPENID, linked_at=AT)
    notices.Manner.objects.create(person=person)
    notices.Preference.objects.create(person=person, category="x", channel="sms", wanted=True)
    entry = {"channel": "sms", "language": "en", "title": "x", "text": OWN_WORDS, "at": AT}
    notices.OutboxEntry.objects.create(token=token, address="+8613900000002", **entry)
    notices.OutboxEntry.objects.create(token=token[:-1] + "2", address=MAIL, **entry)


def _paper(person: Person, officer: Any) -> None:
    """Put the person on the roll of a counted vote, with a mark."""
    with guards_off():
        poll = Poll.objects.create(
            title="旧投票", areas=[DISTRICT], ballot_kind="approval", minimum_age=18, roll_date=AT.date(), budget_fen=1,
            spec="{}", opens_at=AT - timedelta(days=9), closes_at=AT - timedelta(days=8), state="counted",
            created_at=AT,
        )  # fmt: skip
        booth = Booth.objects.create(
            poll=poll, name="x", place="x", area=COMMUNITY, code="AAA", planned_from=AT - timedelta(days=9),
            planned_to=AT - timedelta(days=8), created_at=AT,
        )  # fmt: skip
        RollEntry.objects.create(poll=poll, person=person, area=COMMUNITY)
        PaperMark.objects.create(poll=poll, person=person, booth=booth, officer_id=officer, cast_at=AT, kind="booth",
                                 state="carried_off", reason=OWN_WORDS)  # fmt: skip


def _merger(proposal: ventures.Proposal, person: Person) -> None:
    """Put a merger that came to nothing behind the person."""
    other = ventures.Proposal.objects.create(
        call=proposal.call, number=98, state="submitted", created_at=AT, changed_at=AT
    )
    ventures.Merger.objects.create(
        call=proposal.call, first=proposal, second=other, state="refused", message=TOLD, reason=TOLD, begun_by=person,
        ended_by=person, created_at=AT, lapses_at=AT + timedelta(days=1), ended_at=AT,
    )  # fmt: skip


def _copies(call: ventures.Call) -> None:
    """Put what a round copies from its first proposal into notices, onto the ballot and beside the counts."""
    said = {"call": call, "starts_at": AT, "published_at": AT}
    rows = [
        {"number": 1, "title": TOLD, "team": TOLD, "amount_fen": 1},
        {"number": 2, "title": "另一项目", "team": "另一团队", "amount_fen": 2},
    ]
    ventures.Notice.objects.create(kind="passed", title=call.title, content={"proposals": rows}, **said)
    left = {"number": 1, "title": TOLD, "state": "withdrawn"}
    ventures.Notice.objects.create(kind="left", title=TOLD, body=TOLD, content=left, **said)
    ventures.Notice.objects.create(
        kind="succession", title=call.title, content={"left": ["001"], "titles": {"001": TOLD, "002": "x"}}, **said
    )
    option = Option.objects.create(poll=call.poll, position=0, code="001", title=TOLD, summary=TOLD, cost_fen=1)
    LeftOption.objects.create(option=option, reason=TOLD, left_at=AT)


def _ventures(person: Person, officer: Any) -> None:
    """Put a draft and a proposal of before, with teams, versions and files, behind the person; and the own words."""
    call = ventures.Call.objects.create(title="轮次", area=DISTRICT, created_at=AT, poll=Poll.objects.get())
    texts = ("title", "summary", "team_name", "need", "aims", "people_note", "risks", "decision_reason")
    for number, state in ((None, "draft"), (1, "rejected")):
        proposal = ventures.Proposal.objects.create(
            call=call, number=number, state=state, contact=person, created_at=AT, changed_at=AT,
            **dict.fromkeys(texts, TOLD if number else OWN_WORDS),
        )  # fmt: skip
        ventures.TeamMember.objects.create(proposal=proposal, position=0, person=person, name=WHO, part=OWN_WORDS)
        ventures.TeamMember.objects.create(proposal=proposal, position=1, name=WHO, part=OWN_WORDS)
        said = {"proposal": proposal, "position": 0}
        ventures.Activity.objects.create(**said, title=TOLD, place=TOLD, detail=TOLD)
        ventures.BudgetLine.objects.create(**said, item=TOLD, note=TOLD)
        ventures.ProposalVersion.objects.create(
            proposal=proposal, number=1, kind="hand_in" if number else "draft", digest="sha256:x", at=AT,
            by=person if number else None, content={"title": TOLD, "need": "" if number else OWN_WORDS},
        )  # fmt: skip
        ventures.Attachment.objects.create(
            proposal=proposal, name="绝无仅有的附件.pdf", kind="pdf",
            digest=store(f"绝无仅有的内容{number}".encode(), room="ventures"),
            size=3, added_by=person, created_at=AT,
        )  # fmt: skip
    # a file that was put beside a proposal once and taken away again
    gone = store("绝无仅有的内容，已移走".encode(), room="ventures")
    record(
        actor=actor(person), verb="ventures.proposal.attach", subject=proposal, area="", at=AT, change={"digest": gone}
    )
    _projects(proposal, person)
    with guards_off():
        _voices(call, proposal, person, officer)


def _projects(proposal: ventures.Proposal, person: Person) -> None:
    """Have the person do everything there is to do in a project, with words of the own and of oneself."""
    days = {"starts_on": AT.date(), "ends_on": AT.date(), "completion_due": AT.date()}
    by = {"created_at": AT}
    with guards_off():
        project = projects.Project.objects.create(
            proposal=proposal, community=COMMUNITY, rules={}, mentor=person, begun_by=person, stopped_by=person,
            stopped_at=AT, stopped_reason=TOLD, settlement=TOLD, settled_at=AT, **days, **by,
        )  # fmt: skip
        one = projects.Activity.objects.create(
            project=project, title=TOLD, about=TOLD, place=TOLD, summary=TOLD, cancelled_reason=TOLD, starts_at=AT,
            planned_by=person, **by,
        )  # fmt: skip
        digest = store(f"{OWN_WORDS} 照片".encode(), room="projects")
        projects.Photo.objects.create(
            activity=one, kind="png", digest=digest, size=1, caption=OWN_WORDS, added_by=person, **by
        )
        report = projects.Report.objects.create(
            project=project, kind="midterm", number=1, done=TOLD, problems=TOLD, ahead=TOLD, handed_in_by=person,
            handed_in_at=AT,
        )  # fmt: skip
        projects.Sheet.objects.create(report=report, reviewer=person, points={}, mark=0, comment=TOLD, **by)
        projects.Decision.objects.create(report=report, outcome="mend", comment=TOLD, decided_by=person, decided_at=AT)
        filed = {"against": "failed", "decided_at": AT, "filed_at": AT, "due_at": AT + timedelta(days=1)}
        projects.Objection.objects.create(
            project=project, kind="objection", standing="resident", text=TOLD, filed_by=person, **filed
        )
        projects.Objection.objects.create(
            project=project, kind="appeal", state="ruled", standing="team", text="x", ruling=TOLD, outcome="dismissed",
            filed_by=a_person(COMMUNITY), ruled_by=person, ruled_at=AT, **filed,
        )  # fmt: skip
        visit = projects.Visit.objects.create(
            project=project, visited_on=AT.date(), kind="regular", overall=TOLD, strengths=TOLD, problems=TOLD,
            outlook=TOLD, visitor=person, **by,
        )  # fmt: skip
        projects.Step.objects.create(visit=visit, position=1, what=TOLD, who=TOLD, due_on=AT.date())
        projects.Ceremony.objects.create(
            area=COMMUNITY, title="x", held_on=AT.date(), place="x", state="cancelled", cancelled_reason=TOLD,
            created_by=person, **by,
        )  # fmt: skip


def _voices(call: ventures.Call, proposal: ventures.Proposal, person: Person, officer: Any) -> None:
    """Put a seat in a jury, words about the proposal, and what the round copied from it behind the person."""
    juror = {"starts_at": AT, "ends_at": AT, "created_at": AT}
    ventures.Juror.objects.create(call=call, person=person, number=1, ended_reason=TOLD, **juror)
    ventures.Dispute.objects.create(
        proposal=proposal, kind="objection", state="withdrawn", text=TOLD, filed_by=person, standing="resident",
        filed_at=AT, due_at=AT + timedelta(days=1),
    )  # fmt: skip
    for more in (
        {"answer": TOLD, "answered_by": person, "answered_at": AT, "ruling": "x", "ruled_by_id": officer},
        {"ruling": TOLD, "ruled_by": person},
    ):
        ventures.Dispute.objects.create(
            proposal=proposal, kind="objection", state="ruled", text="x", filed_by=a_person(COMMUNITY),
            standing="resident", filed_at=AT, due_at=AT + timedelta(days=1), outcome="dismissed", ruled_at=AT,
            **more,
        )  # fmt: skip
    _merger(proposal, person)
    _copies(call)
    words = {"proposal": proposal, "kind": "comment", "author": person, "text": OWN_WORDS, "created_at": AT}
    ventures.Comment.objects.create(**words, changed_at=AT)
    ventures.Comment.objects.create(**words, changed_at=AT, state="hidden", reason="x", hidden_by_id=officer)
