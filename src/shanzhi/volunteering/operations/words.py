"""The words of an area: skills, qualifications, kinds of tasks; and the examples that one may begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from shanzhi.audit.operations import differences, record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COMMUNITY, LENGTHS
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.volunteering import policies, queries
from shanzhi.volunteering.models import CODE_SHAPE, QualificationKind, Skill, Sort, TaskKind
from shanzhi.volunteering.operations import refusals

MOST_AGE: Final = 120
LONGEST: Final = {"name": 40, "name_en": 80}

# Made up, and labelled so wherever they are shown: code, Chinese name, English name.
SKILLS: Final = (
    ("company", "陪伴聊天", "Keeping company"), ("errands", "代买跑腿", "Errands"), ("haircut", "理发", "Cutting hair"),
    ("repairs", "家电小修", "Small repairs"), ("first_aid", "急救", "First aid"), ("nursing", "护理", "Nursing"),
    ("tutoring", "课业辅导", "Tutoring"), ("phone_help", "手机使用辅导", "Help with phones"),
    ("photography", "摄影", "Photography"), ("hosting", "活动主持", "Hosting events"),
    ("writing", "文案写作", "Writing"),
    ("music", "音乐舞蹈", "Music and dance"), ("law", "法律咨询", "Legal advice"), ("driving", "驾驶", "Driving"),
    ("mediation", "邻里调解", "Mediation"), ("sorting", "垃圾分类指导", "Guidance in waste sorting"),
)  # fmt: skip
QUALIFICATIONS: Final = (
    ("basics", "志愿服务基础培训", "Basic volunteer training", Sort.TRAINING, None),
    ("first_aid_course", "急救培训", "First-aid course", Sort.TRAINING, 36),
    ("minors_safety", "未成年人保护培训", "Training in protecting minors", Sort.TRAINING, 24),
    ("no_record", "无犯罪记录核查", "Check of criminal records", Sort.CHECK, 12),
)
TASKS: Final = (
    ("visit_elders", "探访老人", "Visiting the old", 16, None, ("basics",), False),
    ("with_children", "陪伴未成年人", "Keeping minors company", 18, None, ("minors_safety", "no_record"), False),
    ("clean_up", "环境清洁", "Cleaning up the neighbourhood", 8, None, (), False),
    ("traffic", "路口文明引导", "Guiding at crossings", 18, 65, ("basics",), True),
    ("emergency", "应急救援辅助", "Help in emergencies", 18, 60, ("basics", "first_aid_course"), True),
    ("events", "活动服务", "Service at events", 14, None, (), False),
)


def put_word(
    *, actor: Actor, vocabulary: str, area: str, values: Mapping[str, Any], at: datetime
) -> Any:  # fmt: skip
    """Add a word to a vocabulary (`skills`, `qualifications`, `tasks`) of an area that the actor is in charge of.

    `values` are `code`, `name`, `name_en`; of a qualification `sort` and `months`; of a task `least_age`,
    `greatest_age`, `demands` and `dangerous`; `example` where it is made up. Raises NotFound, Forbidden, BadPlace,
    BadWord, WordTaken, BadMonths, BadAges, UnknownQualification.
    """
    model = _model(vocabulary)
    policies.require(policies.may_set_words(actor=actor, area=area))
    if area and (len(area) > LENGTHS[COMMUNITY] or not places.exists(area, at)):
        raise refusals.BadPlace(field="area")
    code = str(values.get("code", "")).strip()
    if not re.fullmatch(CODE_SHAPE, code):
        raise refusals.BadWord(field="code")
    try:
        with transaction.atomic():
            clean = _checked(model, area, values)
            made = model.objects.create(area=area, code=code, created_at=at, **clean)
            change = {**clean, "code": code}
            record(actor=actor, verb="volunteering.word.put", subject=made, area=area, change=change, at=at)
    except IntegrityError as fault:
        if f"volunteering_{model._meta.model_name}_once" in str(fault):
            raise refusals.WordTaken(field="code") from fault
        raise
    return made


def change_word(
    *, actor: Actor, vocabulary: str, word_id: UUID, version: int, values: Mapping[str, Any], retired: bool,
    at: datetime,
) -> Any:  # fmt: skip
    """Change a word, or retire it: nothing new points to it then. Code and area stay."""
    model = _model(vocabulary)
    with transaction.atomic():
        found = queries.own_word(viewer=actor, vocabulary=vocabulary, word_id=word_id)
        policies.require(policies.may_set_words(actor=actor, area=found.area))
        found = model.objects.select_for_update().get(pk=found.pk)
        if found.version != version:
            raise refusals.StaleVolunteer
        new = _checked(model, found.area, values)
        told = {"fields": differences({name: getattr(found, name) for name in new}, new), "code": found.code}
        for name, value in new.items():
            setattr(found, name, value)
        found.retired_at = (found.retired_at or at) if retired else None
        found.version += 1
        found.save()
        verb = "retire" if retired else "change"
        record(actor=actor, verb=f"volunteering.word.{verb}", subject=found, area=found.area, change=told, at=at)
    return found


def load_examples(*, actor: Actor, area: str, at: datetime) -> int:
    """Put the examples into an area's vocabularies, those left out whose code is there; give how many were new."""
    rows: list[tuple[str, dict[str, Any]]] = [
        *(("skills", _named(*one)) for one in SKILLS),
        *(("qualifications", {**_named(*one[:3]), "sort": one[3], "months": one[4]}) for one in QUALIFICATIONS),
        *(
            ("tasks", {**_named(*one[:3]), "least_age": one[3], "greatest_age": one[4], "demands": one[5],
                       "dangerous": one[6]})
            for one in TASKS
        ),
    ]  # fmt: skip
    fresh = 0
    with transaction.atomic():
        for vocabulary, values in rows:
            if not _model(vocabulary).objects.filter(area=area, code=values["code"]).exists():
                put_word(actor=actor, vocabulary=vocabulary, area=area, values=values, at=at)
                fresh += 1
    return fresh


def _named(code: str, name: str, name_en: str) -> dict[str, Any]:
    return {"code": code, "name": name, "name_en": name_en, "example": True}


def _model(vocabulary: str) -> type[Skill] | type[QualificationKind] | type[TaskKind]:
    if vocabulary not in queries.VOCABULARIES:
        raise NotFound
    found: type[Skill] = queries.VOCABULARIES[vocabulary]
    return found


def _checked(model: Any, area: str, values: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {"example": bool(values.get("example"))}
    for field, most in LONGEST.items():
        words = " ".join(str(values.get(field, "")).split())
        if not words or len(words) > most:
            raise refusals.BadWord(field=field)
        clean[field] = words
    if model is QualificationKind:
        clean |= _of_qualification(values)
    if model is TaskKind:
        clean |= _of_task(area, values)
    return clean


def _of_qualification(values: Mapping[str, Any]) -> dict[str, Any]:
    months = values.get("months")
    if months is not None and not 1 <= months <= 240:
        raise refusals.BadMonths(field="months")
    if values.get("sort") not in Sort.values:
        raise refusals.BadWord(field="sort")
    return {"sort": str(values["sort"]), "months": months}


def _of_task(area: str, values: Mapping[str, Any]) -> dict[str, Any]:
    least, greatest = values.get("least_age"), values.get("greatest_age")
    wrong = any(age is not None and not 0 <= age <= MOST_AGE for age in (least, greatest))
    if wrong or (least is not None and greatest is not None and least > greatest):
        raise refusals.BadAges(field="least_age")
    demands: Sequence[str] = sorted(set(values.get("demands") or ()))
    if set(demands) - {one.code for one in queries.qualification_kinds(area)}:
        raise refusals.UnknownQualification(field="demands")
    return {
        "least_age": least, "greatest_age": greatest, "demands": list(demands),
        "dangerous": bool(values.get("dangerous")),
    }  # fmt: skip
