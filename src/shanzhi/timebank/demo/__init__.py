"""What `make demo` loads of the time bank: a small bank with help in each state; its crowd comes apart (`crowd`)."""

from shanzhi.timebank.demo.loading import load

__all__ = ["load"]
