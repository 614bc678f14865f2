"""Voting: electorates, sealed ballots, counts."""
