"""Every write of service records."""

from shanzhi.service.operations.batches import go_on, order_batch, write_batch
from shanzhi.service.operations.certificates import Paper, issue_certificate, withdraw_certificate
from shanzhi.service.operations.complaints import (
    answer_complaint,
    complain,
    read_thanks,
    withdraw_complaint,
    write_thanks,
)
from shanzhi.service.operations.evidence import add_evidence, against_removing, remove_evidence
from shanzhi.service.operations.presence import ready_of, record_shift
from shanzhi.service.operations.recording import Organiser, Row, put_under_notice, record_service
from shanzhi.service.operations.rules import set_rules
from shanzhi.service.operations.verifying import correct_record, refuse_records, reverse_record, verify_records

__all__ = [
    "Organiser", "Paper", "Row", "add_evidence", "against_removing", "answer_complaint", "complain",
    "correct_record", "go_on", "issue_certificate", "order_batch", "put_under_notice", "read_thanks", "ready_of",
    "record_service", "record_shift", "refuse_records", "remove_evidence", "reverse_record", "set_rules",
    "verify_records", "withdraw_certificate", "withdraw_complaint", "write_batch", "write_thanks",
]  # fmt: skip
