"""Funds, grants, budgets, payments, expenses, disclosures: money that anybody can follow."""
