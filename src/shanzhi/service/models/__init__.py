"""The tables of service records."""

from shanzhi.service.models.certificates import BatchItem, Certificate, CertificateBatch
from shanzhi.service.models.evidence import ERASED, EVIDENCE_KINDS, Evidence
from shanzhi.service.models.honours import LONGEST_THANKS, MOST_STARS, StarAward, Thanks
from shanzhi.service.models.records import (
    DAY,
    LONGEST_CONTENT,
    LONGEST_EVIDENCE,
    LONGEST_REASON,
    Complaint,
    Reversal,
    ServiceMonth,
    ServiceRecord,
)
from shanzhi.service.models.rules import PaperTitle, ServiceRules

__all__ = [
    "DAY",
    "ERASED",
    "EVIDENCE_KINDS",
    "LONGEST_CONTENT",
    "LONGEST_EVIDENCE",
    "LONGEST_REASON",
    "LONGEST_THANKS",
    "MOST_STARS",
    "BatchItem",
    "Certificate",
    "CertificateBatch",
    "Complaint",
    "Evidence",
    "PaperTitle",
    "Reversal",
    "ServiceMonth",
    "ServiceRecord",
    "ServiceRules",
    "StarAward",
    "Thanks",
]
