"""The demo of the rounds: a round played through the operations, and what `make demo` loads. All people are made up."""

from shanzhi.ventures.demo.loading import load, sign_ins
from shanzhi.ventures.demo.rounds import play

__all__ = ["load", "play", "sign_ins"]
