"""Reading service records: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.service.queries.certificates import (
    batch,
    batches,
    by_code,
    certificate,
    certificates,
    check,
    issuing_bodies,
    of_batch,
    passed_over,
    search_certificates,
)
from shanzhi.service.queries.evidence import evidence, evidence_of, evidence_row
from shanzhi.service.queries.growth import growth, ready, search_ready
from shanzhi.service.queries.life import LifeStep, life_of
from shanzhi.service.queries.mine import Overview, desk_overview, overview, own_records, records_of
from shanzhi.service.queries.records import (
    at_the_desk,
    by_numbers,
    complaint,
    complaints_of,
    desk_complaints,
    desk_records,
    desk_thanks,
    noticed_in,
    record,
    recordable,
    require_desk,
    search_complaints,
    search_records,
    search_thanks,
    team_records,
    thanks,
    to_notice,
    to_verify,
    unit_teams,
    waiting,
)
from shanzhi.service.queries.rules import Ruling, rules, ruling, search_rules
from shanzhi.service.queries.telling import STAGES
from shanzhi.service.queries.way import Step, Way, way, way_of

__all__ = [
    "STAGES", "LifeStep", "Overview", "Ruling", "Step", "Way", "at_the_desk", "batch", "batches", "by_code",
    "by_numbers", "certificate", "certificates", "check", "complaint", "complaints_of", "desk_complaints",
    "desk_overview", "desk_records", "desk_thanks", "evidence", "evidence_of", "evidence_row", "growth",
    "issuing_bodies", "life_of", "noticed_in", "of_batch", "overview", "own_records", "passed_over", "ready",
    "record", "recordable", "records_of", "require_desk", "rules", "ruling", "search_certificates",
    "search_complaints", "search_ready", "search_records", "search_rules", "search_thanks", "team_records", "thanks",
    "to_notice", "to_verify", "unit_teams", "waiting", "way", "way_of",
]  # fmt: skip
