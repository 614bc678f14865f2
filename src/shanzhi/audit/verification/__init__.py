"""Verifying the log, the tree and the rows of audited tables. It changes nothing; it reads in SQL of its own."""

from shanzhi.audit.verification.rows import Difference, differences, key_type
from shanzhi.audit.verification.whole import Mismatch, Report, against, verify

__all__ = ["Difference", "Mismatch", "Report", "against", "differences", "key_type", "verify"]
