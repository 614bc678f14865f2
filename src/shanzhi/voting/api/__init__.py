"""The API of voting: the same operations and queries as the pages."""

from shanzhi.voting.api import booths, entries, polls, voters
from shanzhi.voting.api.polls import BallotIn
from shanzhi.voting.api.routing import router

__all__ = ["BallotIn", "booths", "entries", "polls", "router", "voters"]
