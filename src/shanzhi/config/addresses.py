"""Addresses of databases: whether one can be read, and what may be said of it. Nothing here repeats a password."""

from importlib import import_module
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SCHEMES: Final = frozenset({"postgres", "postgresql"})
SCHEME: Final = "only an address that begins with postgres:// is taken"
FORM: Final = (
    "it is no address of the form postgres://user:password@host:port/name; write @ : / ? # and % inside a user name or "
    "password as %40 %3A %2F %3F %23 and %25"
)


def fault_of(address: str) -> str:
    """What is wrong with an address, in our own words: a driver's would repeat parts of it. Empty when it is sound."""
    scheme, mark, _rest = address.partition("://")
    if not mark or scheme.lower() not in SCHEMES:
        return SCHEME
    try:
        split = urlsplit(address)
        torn = _torn(split) or split.port == 0
    except ValueError:  # a port that is no number, as the second half of a password with a slash
        return FORM
    return FORM if torn or not _readable(address) else ""


def _torn(split: SplitResult) -> bool:
    """Whether a bare mark inside the password was taken for the end of a part, so that a part of it stands outside."""
    credentials, mark, _host = split.netloc.rpartition("@")
    outside = split.path + split.fragment + ("" if mark else split.query)
    return "@" in credentials + outside or ":" in credentials.partition(":")[2] or bool(split.fragment)


def _readable(address: str) -> bool:
    """Whether the driver can read it; loaded only here, so that commands without a database start without one."""
    driver = import_module("psycopg")
    try:
        import_module("psycopg.conninfo").conninfo_to_dict(address)
    except driver.Error:
        return False
    return True


def server_of(address: str) -> str:
    """Host and port that a sound address names, or the folder of its socket."""
    split = urlsplit(address)
    host = unquote(split.netloc.rpartition("@")[2])
    return host or next(iter(parse_qs(split.query).get("host", ())), "") or "this machine"
