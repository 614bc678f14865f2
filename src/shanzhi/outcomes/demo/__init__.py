"""What `make demo` loads of outcomes: the first round of 历下 from 2018 on, carried out and seen to its end."""

from shanzhi.outcomes.demo.loading import STEP, TITLE, load

__all__ = ["STEP", "TITLE", "load"]
