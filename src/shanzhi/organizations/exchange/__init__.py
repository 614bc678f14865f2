"""What leaves the room as a file."""

from shanzhi.organizations.exchange.certificate import certificate_pdf

__all__ = ["certificate_pdf"]
