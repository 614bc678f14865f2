"""What is done when somebody is erased: open complaints end, files go; figures stay under the number."""

from __future__ import annotations

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.service.models import Complaint
from shanzhi.service.operations.evidence import empty_evidence


def leave_service(leaving: Leaving) -> Touched:
    """Take back the open complaints of a person who is being erased, and delete the files beside the own records."""
    return {**end_complaints(leaving), "service_evidence": empty_evidence(leaving)}


def end_complaints(leaving: Leaving) -> Touched:
    """Take back the open complaints of a person who is being erased."""
    rows = Complaint.objects.select_for_update().filter(complainant=leaving.person_id, state="open")
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    rows.update(state="withdrawn")
    return {"service_complaint": keys}
