"""Reading organisations: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.organizations.queries.checks import Check, checks, counted, overdue, rules_for
from shanzhi.organizations.queries.filing import (
    Certificate,
    application,
    applications,
    certificate,
    document,
    documents,
    filing_of,
    late,
    printed,
    public,
    public_one,
    rules,
    search_applications,
    search_rules,
)
from shanzhi.organizations.queries.organizations import (
    links,
    managed_areas,
    members,
    organization,
    organizations,
    read_areas,
    search,
)
from shanzhi.organizations.queries.standing import Duty, Standing, findings_of, standing
from shanzhi.organizations.queries.targets import Counted, communities, targets_of

__all__ = [
    "Certificate", "Check", "Counted", "Duty", "Standing", "application", "applications", "certificate", "checks",
    "communities", "counted", "document", "documents", "filing_of", "findings_of", "late", "links", "managed_areas",
    "members", "organization", "organizations", "overdue", "printed", "public", "public_one", "read_areas", "rules",
    "rules_for", "search", "search_applications", "search_rules", "standing", "targets_of",
]  # fmt: skip
