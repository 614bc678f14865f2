"""The language that META states, as browsers and screen readers know it (BCP 47)."""

from __future__ import annotations

import re
from types import MappingProxyType

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}\Z", re.ASCII | re.IGNORECASE)
LONGEST = 20
_NAMES = MappingProxyType(
    {
        "bulgarian": "bg",
        "catalan": "ca",
        "chinese": "zh",
        "croatian": "hr",
        "czech": "cs",
        "danish": "da",
        "deutsch": "de",
        "dutch": "nl",
        "english": "en",
        "español": "es",
        "estonian": "et",
        "finnish": "fi",
        "flemish": "nl",
        "français": "fr",
        "french": "fr",
        "german": "de",
        "greek": "el",
        "hungarian": "hu",
        "italian": "it",
        "japanese": "ja",
        "korean": "ko",
        "latvian": "lv",
        "lithuanian": "lt",
        "nederlands": "nl",
        "norwegian": "no",
        "polish": "pl",
        "polski": "pl",
        "portuguese": "pt",
        "romanian": "ro",
        "russian": "ru",
        "serbian": "sr",
        "slovak": "sk",
        "slovenian": "sl",
        "spanish": "es",
        "swedish": "sv",
        "turkish": "tr",
        "ukrainian": "uk",
        "中文": "zh",
    }
)


def language_tag(text: str) -> str:
    """Read `pl`, `pt-BR`, `polish` or `Polski` as a tag; nothing where several are named or none is known."""
    plain = text.strip().replace("_", "-")
    known = _NAMES.get(plain.lower(), "")
    return known or (plain if len(plain) <= LONGEST and _TAG.match(plain) else "")
