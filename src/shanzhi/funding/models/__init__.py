"""The tables of funding."""

from shanzhi.funding.models.disclosures import Disclosure
from shanzhi.funding.models.expenses import Expense, Request
from shanzhi.funding.models.funds import ApprovalLimit, Donor, Fund, FundKind, Income, IncomeReversal, Source
from shanzhi.funding.models.grants import (
    Agreement,
    BudgetLine,
    Custody,
    Grant,
    Party,
    Payment,
    Signature,
    TeamPlace,
    Tranche,
)

__all__ = [
    "Agreement", "ApprovalLimit", "BudgetLine", "Custody", "Disclosure", "Donor", "Expense", "Fund", "FundKind",
    "Grant", "Income", "IncomeReversal", "Party", "Payment", "Request", "Signature", "Source", "TeamPlace", "Tranche",
]  # fmt: skip
