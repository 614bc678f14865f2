"""From a path, bytes or a stream to text: size, kind and encoding are settled here, before anything is parsed."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import BinaryIO

from shanzhi.tally.pabulib.errors import Notices, refusal

MAX_BYTES = 64 * 1024 * 1024
"""Largest file read unless the caller says otherwise: fifteen times the largest election known."""

_SNIFFED = 8192

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel, Word or ZIP file", " Excel、Word 或 ZIP 文件"),
    (b"PK\x05\x06", "an empty ZIP file", "空的 ZIP 文件"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "旧版 Excel 或 Word 文件"),
    (b"%PDF", "a PDF file", " PDF 文件"),
    (b"\x89PNG", "a PNG picture", " PNG 图片"),
    (b"\xff\xd8\xff", "a JPEG picture", " JPEG 图片"),
    (b"GIF8", "a GIF picture", " GIF 图片"),
    (b"\x1f\x8b", "a gzip archive", " gzip 压缩包"),
    (b"7z\xbc\xaf", "a 7z archive", " 7z 压缩包"),
    (b"Rar!", "a RAR archive", " RAR 压缩包"),
    (b"SQLite format", "an SQLite database", " SQLite 数据库"),
    (b"{\\rtf", "an RTF document", " RTF 文档"),
)

_MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype", "a web page", "网页"),
    (b"<html", "a web page", "网页"),
    (b"<?xml", "an XML file", " XML 文件"),
    (b"<", "a web page or XML file", "网页或 XML 文件"),
    (b"{", "a JSON file", " JSON 文件"),
    (b"[", "a JSON file", " JSON 文件"),
)


def load(source: str | Path | bytes | BinaryIO, *, limit: int) -> bytes:
    """Fetch the bytes; never more than `limit` of them, nor more than a first look at a file of another kind."""
    if isinstance(source, bytes):
        _check_size(len(source), limit)
        _check_kind(source[:_SNIFFED])
        return source
    if not isinstance(source, str | Path):
        return _load_stream(source, limit)
    path = Path(source)
    try:
        with path.open("rb", buffering=0) as stream:
            head = stream.read(_SNIFFED) or b""
            _check_kind(head)
            _check_size(os.fstat(stream.fileno()).st_size, limit)
            return _load_rest(stream, head, limit)
    except FileNotFoundError:
        raise refusal("missing_file", 0, path=path.name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal("unreadable_file", 0, path=str(path), reason=reason) from None


def _load_stream(stream: BinaryIO, limit: int) -> bytes:
    head = stream.read(_SNIFFED) or b""
    _check_kind(head)
    return _load_rest(stream, head, limit)


def _load_rest(stream: BinaryIO, head: bytes, limit: int) -> bytes:
    """What follows the first look; pipes may give it in parts."""
    rest = [head]
    size = len(head)
    while size <= limit:
        more = stream.read(limit + 1 - size)
        if not more:
            break
        rest.append(more)
        size += len(more)
    _check_size(size, limit)
    return rest[0] if len(rest) == 1 else b"".join(rest)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise refusal("too_large", 0, limit=limit // (1024 * 1024))


def _check_kind(head: bytes) -> None:
    if not head.strip():
        raise refusal("empty_file", 0)
    for magic, kind, kind_zh in _KINDS:
        if head.startswith(magic):
            raise refusal("wrong_type", 0, kind=kind, kind_zh=kind_zh)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for magic, kind, kind_zh in _MARKUP:
        if start.startswith(magic):
            raise refusal("wrong_type", 1, kind=kind, kind_zh=kind_zh)
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise refusal("wrong_type", 0, kind="a binary file", kind_zh="二进制文件")


def to_utf8(raw: bytes, *, encoding: str, notices: Notices) -> bytes:
    """Turn bytes into UTF-8 without a mark: from UTF-8, from UTF-16 with its mark, from plain GB18030, or as told."""
    if encoding:
        return _decode_as_told(raw, encoding, notices).encode()
    try:
        if not raw.isascii():
            raw.decode("utf-8")
        return raw.removeprefix(codecs.BOM_UTF8)
    except UnicodeDecodeError as error:
        fault = error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            raise refusal("not_utf8", 1, byte=raw[0], examples=_examples(raw)) from None
        notices.add("utf16", 1)
        return text.encode()
    line = raw.count(b"\n", 0, fault.start) + 1
    chinese = _as_gb18030(raw)
    if chinese is None:
        raise refusal("not_utf8", line, byte=raw[fault.start], examples=_examples(raw))
    notices.add("gb18030", line)
    return chinese.encode()


def _as_gb18030(raw: bytes) -> str | None:
    """The text if it is plainly GB18030: it decodes, and nearly all that is not ASCII is a common Chinese character.

    Text in a Latin encoding also decodes, but into rare characters: its accented letters stand alone among ASCII, so
    each takes an ASCII letter with it and never lands in the block of common characters, where both bytes are high.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = "".join(c for c in text if c > "\x7f")
    common = sum(len(pair) == 2 and pair[1] >= 0xA1 for pair in (c.encode("gb18030") for c in foreign))
    return text if foreign and common >= 0.9 * len(foreign) else None


def _examples(raw: bytes) -> str:
    """Name encodings to try, the likelier first; Latin text may decode as GB18030 too, so it never stands alone."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1250"
    return "gb18030 / cp1250"


def _decode_as_told(raw: bytes, encoding: str, notices: Notices) -> str:
    try:
        text = raw.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        raise refusal("unknown_encoding", 0, name=encoding) from None
    # codecs such as base64 turn bytes into bytes, others yield halves of characters
    if not isinstance(text, str) or any("\ud800" <= c <= "\udfff" for c in set(text)):
        raise refusal("unknown_encoding", 0, name=encoding)
    if codecs.lookup(encoding).name != "utf-8":
        notices.add("other_encoding", 1, name=encoding)
    return text.removeprefix("\ufeff")
