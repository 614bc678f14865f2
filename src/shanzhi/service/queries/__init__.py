"""Reading service records: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.service.queries.certificates import (
    batch,
    batches,
    by_code,
    certificate,
    certificates,
    check,
    of_batch,
    passed_over,
    search_certificates,
)
from shanzhi.service.queries.growth import STAGES, growth, ready, search_ready
from shanzhi.service.queries.mine import Overview, overview, overview_of, own_records
from shanzhi.service.queries.records import (
    at_the_desk,
    complaint,
    complaints_of,
    desk_complaints,
    desk_records,
    desk_thanks,
    noticed_in,
    record,
    require_desk,
    search_complaints,
    search_records,
    search_thanks,
    team_records,
    thanks,
    waiting,
)
from shanzhi.service.queries.rules import Ruling, rules, ruling, search_rules

__all__ = [
    "STAGES", "Overview", "Ruling", "at_the_desk", "batch", "batches", "by_code", "certificate", "certificates",
    "check", "complaint", "complaints_of", "desk_complaints", "desk_records", "desk_thanks", "growth", "noticed_in",
    "of_batch", "overview", "overview_of", "own_records", "passed_over", "ready", "record", "require_desk", "rules",
    "ruling", "search_certificates", "search_complaints", "search_ready", "search_records", "search_rules",
    "search_thanks", "team_records", "thanks", "waiting",
]  # fmt: skip
