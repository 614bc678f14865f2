"""The texts that people agree to, each in a version. A change of words is a new version; old ones stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language

from shanzhi.kernel.canonical import digest


@dataclass(frozen=True, slots=True)
class Text:
    """A text of consent in both languages; `purpose` says what it allows."""

    purpose: str
    version: str
    title: dict[str, str]
    paragraphs: dict[str, tuple[str, ...]]

    @property
    def digest(self) -> str:
        """Digest version and words, in both languages."""
        return digest(
            {
                "purpose": self.purpose,
                "version": self.version,
                "title": self.title,
                "paragraphs": {language: list(words) for language, words in self.paragraphs.items()},
            }
        )

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.title[_language()]

    @property
    def shown(self) -> tuple[str, ...]:
        """The paragraphs in the reader's language."""
        return self.paragraphs[_language()]


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


PRIVACY: Final = Text(
    purpose="real_name",
    version="2026-11",
    title={"zh": "个人信息处理告知与同意书", "en": "How your personal data is used"},
    paragraphs={
        "zh": (
            "我们收集：姓名、手机号、所在社区；经社区工作人员核验时，另收集证件号码并由此读取出生日期。",
            "用途：确认您是本社区居民，使您可以提出项目、参与投票，并保证一人一票。不作其他用途。",
            "保护：上述信息逐项加密保存，页面上只显示部分字符；工作人员查看完整内容须写明理由并留下记录。",
            "您的权利：可随时查看、更正本人信息，可撤回同意。撤回后不能再提出项目或投票，此前的公开记录不受影响。",
            "未满十四周岁者须由监护人办理。",
        ),
        "en": (
            "We keep your name, your phone and your community; when staff verify you against a document, also its "
            "number, from which the date of birth is read.",
            "What for: to know that you live in the community, so that you can propose and vote, one person one vote. "
            "For nothing else.",
            "How it is kept: each item encrypted, shown only in part; staff who see the whole must say why, and it is "
            "recorded.",
            "Your rights: see and correct your data, and take this consent back at any time. Then you can no longer "
            "propose or vote; public records made before stay.",
            "For children under 14 a guardian does this.",
        ),
    },
)
TEXTS: Final = {PRIVACY.purpose: PRIVACY}
