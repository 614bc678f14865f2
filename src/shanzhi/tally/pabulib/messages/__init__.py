"""The words of every fault: message in English and Chinese, cure in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType

from shanzhi.tally.pabulib.messages import content, document

MESSAGES = MappingProxyType({**document.FILE, **document.LAYOUT, **content.META, **content.PROJECTS, **content.VOTES})
