"""The lists of service: records, complaints, thanks, certificates, batches, rules, who is ready for more."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from shanzhi.service import queries
from shanzhi.service.lifecycle import COMPLAINT, RECORD, THANKS
from shanzhi.service.models import PaperTitle
from shanzhi.service.views import frames
from shanzhi.ui import formatting
from shanzhi.ui.listing import AreaFilter, BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, page_of

NUMBER = gettext_lazy("Volunteer number")
BY_NUMBER = gettext_lazy("Volunteer number, or how it begins")
AREA = AreaFilter("area", gettext_lazy("Area"), source=frames.read_areas)


def _record_columns(*more: Column, words: bool = True, evidence: bool = True) -> tuple[Column, ...]:
    """Give the columns of records; `words` shows what was done on the page and not in the export alone."""
    proof = (Column("evidence", gettext_lazy("Evidence"), on_page=False),) if evidence else ()
    return (
        Column("served_on", gettext_lazy("Day of service"), "date", sort="served_on", url=frames.record_page),
        *more,
        Column("kind", gettext_lazy("Kind of task"), value=frames.kind_words),
        Column("minutes", gettext_lazy("Service"), "minutes", sort="minutes"),
        Column("span", gettext_lazy("Time"), value=frames.span, priority=2),
        Column("content", gettext_lazy("What the service was"), priority=2, on_page=words),
        Column(
            "people_served", gettext_lazy("People served"), "number", sort="people_served", priority=2, on_page=words
        ),
        Column("state", gettext_lazy("State"), "tag", value=frames.record_state, sort="state"),
        *proof,
        Column("recorded_at", gettext_lazy("Recorded on"), "date", sort="recorded_at", on_page=False),
        Column("verified_at", gettext_lazy("Verified on"), "date", sort="verified_at", on_page=False),
    )


WHO = (Column("number", NUMBER, value=frames.number_of, sort="volunteer__number"),
       Column("name", gettext_lazy("Name"), value=frames.name_of, in_export=False))  # fmt: skip
FILTERS = (
    ChoiceFilter("state", gettext_lazy("State"), choices=RECORD.choices()),
    BooleanFilter("gone", pgettext_lazy("service record", "Reversed")),
    DateRangeFilter("served_on", gettext_lazy("Day of service")),
)
MINE = Listing(
    key="my_service",
    columns=_record_columns(Column("organiser", gettext_lazy("Organiser"), value=frames.organiser)),
    default_sort="-served_on",
    filters=FILTERS,
    search=lambda rows, words: rows.filter(content__icontains=words.strip()),
    search_label=gettext_lazy("Words of what was done"),
    paging="keyset",
    empty=Empty(
        gettext_lazy("Nothing is recorded yet"),
        gettext_lazy("Whoever organises a service records it; it is under notice in the team, then verified."),
    ),
)  # fmt: skip
TEAM = Listing(
    key="team_service",
    columns=_record_columns(*WHO),
    default_sort="-served_on",
    filters=FILTERS,
    search=queries.search_records,
    search_label=BY_NUMBER,
    paging="keyset",
    empty=Empty(
        gettext_lazy("This team has no records yet"),
        gettext_lazy("Record what members did on a day, all in one table."),
    ),
)
NOTICE = Listing(
    key="notice",
    columns=_record_columns(*WHO, evidence=False),
    default_sort="-served_on",
    filters=(DateRangeFilter("served_on", gettext_lazy("Day of service")),),
    search=queries.search_records,
    search_label=BY_NUMBER,
    empty=Empty(
        gettext_lazy("Nothing is under notice now"),
        gettext_lazy("What is recorded stands here for some days, so that everybody in the team can object."),
    ),
)
DESK = Listing(
    key="service_records",
    columns=_record_columns(
        *WHO,
        Column("organiser", gettext_lazy("Organiser"), value=frames.organiser),
        Column("area", gettext_lazy("Area"), value="area_name", sort="area", priority=2),
        Column("area_code", gettext_lazy("Code of the area"), value="area", on_page=False),
        words=False,
    ),
    default_sort="-served_on",
    filters=(*FILTERS, AREA),
    search=queries.search_records,
    search_label=BY_NUMBER,
    paging="keyset",
    empty=Empty(
        gettext_lazy("No service is recorded in your areas yet"),
        gettext_lazy("Leaders record it at the desk of their team; what the committee organised you record here."),
    ),
)
COMPLAINTS = Listing(
    key="service_complaints",
    columns=(
        Column("due_on", gettext_lazy("Answer due on"), "date", sort="due_on", url=page_of("service:answer")),
        Column("number", NUMBER, value=lambda row: row.record.volunteer.number),
        Column("matter", gettext_lazy("What is wrong")),
        Column("state", gettext_lazy("State"), "tag", value=frames.complaint_state, sort="state"),
        Column("made_at", gettext_lazy("Made on"), "date", sort="made_at", priority=2),
        Column("answered_at", gettext_lazy("Answered on"), "date", sort="answered_at", priority=2),
    ),
    default_sort="due_on",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=COMPLAINT.choices()),
        DateRangeFilter("due_on", gettext_lazy("Answer due on")),
    ),
    search=queries.search_complaints,
    search_label=BY_NUMBER,
    empty=Empty(
        gettext_lazy("There is no complaint about a record"),
        gettext_lazy("Volunteers and members of a team can complain on the page of a record."),
    ),
)
THANKED = Listing(
    key="service_thanks",
    columns=(
        Column("note", gettext_lazy("Thanks"), url=page_of("service:read")),
        Column("number", NUMBER, value=frames.number_of, sort="volunteer__number"),
        Column("state", gettext_lazy("State"), "tag", value=frames.thanks_state, sort="state"),
        Column("written_at", pgettext_lazy("thanks", "Sent on"), "date", sort="written_at"),
    ),
    default_sort="-written_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=THANKS.choices()),
        DateRangeFilter("written_at", pgettext_lazy("thanks", "Sent on")),
    ),
    search=queries.search_thanks,
    search_label=BY_NUMBER,
    empty=Empty(
        gettext_lazy("Nobody has written thanks yet"),
        gettext_lazy("Residents thank volunteers by their number; you read each note before it is shown."),
    ),
)
CERTIFICATES = Listing(
    key="service_certificates",
    columns=(
        Column("number", gettext_lazy("Certificate number"), sort="number", url=frames.certificate_page),
        Column("volunteer", NUMBER, value=frames.number_of, sort="volunteer__number"),
        Column("name", gettext_lazy("Name"), value=frames.name_of, in_export=False),
        Column("minutes", gettext_lazy("Verified service"), "minutes", sort="minutes"),
        Column("issuer_name", gettext_lazy("Issuer"), priority=2),
        Column("issued_on", gettext_lazy("Date of issue"), "date", sort="issued_on"),
        Column("state", gettext_lazy("State"), "tag", value=frames.certificate_state),
    ),
    default_sort="-issued_on",
    filters=(
        ChoiceFilter("paper", gettext_lazy("What the paper is called"), choices=PaperTitle.choices),
        DateRangeFilter("issued_on", gettext_lazy("Date of issue")),
    ),
    search=queries.search_certificates,
    search_label=gettext_lazy("Number of the certificate or of the volunteer, or how it begins"),
    empty=Empty(
        gettext_lazy("No certificate is issued yet"),
        gettext_lazy("Issue one for a volunteer, or for everybody of whom something is verified in a span of days."),
    ),
)
RULES = Listing(
    key="service_rules",
    columns=(
        Column("area", gettext_lazy("Area"), value=lambda row: row.area_name or pgettext_lazy("area", "The country"),
               sort="area"),
        Column("version", gettext_lazy("Version"), "number", sort="version"),
        Column("valid_from", gettext_lazy("Holds from"), "date", sort="valid_from"),
        Column("notice_days", gettext_lazy("Days of notice"), "number"),
        Column("stars", gettext_lazy("Stars, in hours"),
               value=lambda row: " / ".join(formatting.count(one // 60) for one in row.star_minutes)),
        Column("paper", gettext_lazy("What the paper is called"), value=lambda row: row.get_paper_display()),
        Column("source", gettext_lazy("Source"), priority=2),
        Column("created_at", gettext_lazy("Set on"), "date", sort="created_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(AREA, BooleanFilter("example", gettext_lazy("Example, not official"))),
    search=queries.search_rules,
    search_label=gettext_lazy("Part of the source"),
    empty=Empty(
        gettext_lazy("No area has set rules; the example holds"),
        gettext_lazy("Example, not official: 7 days of notice, stars at 100, 300, 600, 1000 and 1500 hours."),
    ),
)  # fmt: skip


def recent(row: Any) -> int:
    """Give the minutes of the months that are looked back."""
    return int(row.recent_minutes or 0)


READY = Listing(
    key="ready_for_training",
    columns=(
        Column("number", NUMBER, sort="number"),
        Column("name", gettext_lazy("Name"), value=frames.shown_name, in_export=False),
        Column("area", gettext_lazy("Area of service"), value="area_name", sort="area"),
        Column("recent_minutes", gettext_lazy("Service of late"), "minutes", sort="recent_minutes"),
        Column("recent_times", gettext_lazy("Times"), "number", sort="recent_times"),
        Column("joined_at", gettext_lazy("Joined on"), "date", sort="joined_at", priority=2),
    ),
    default_sort="-recent_minutes",
    filters=(AREA, DateRangeFilter("joined_at", gettext_lazy("Joined on"))),
    search=queries.search_ready,
    search_label=BY_NUMBER,
    empty=Empty(
        gettext_lazy("No core member is without a part yet"),
        gettext_lazy("Whoever served long and often enough of late, and leads nothing yet, stands here."),
    ),
)
