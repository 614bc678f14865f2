"""The texts that people agree to, each in a version. A change of words is a new version; old ones stay.

A consent counts on under a later version that widens nothing: where purpose, way or kinds of data change, the law asks
for consent anew (个人信息保护法 art. 14), and the version names no earlier one in `covers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language

from shanzhi.kernel.canonical import digest


@dataclass(frozen=True, slots=True)
class Text:
    """A text of consent in both languages; `purpose` says what it allows.

    `covers` are the earlier versions whose consent still counts.
    """

    purpose: str
    version: str
    title: dict[str, str]
    paragraphs: dict[str, tuple[str, ...]]
    covers: tuple[str, ...] = ()

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

    def counts(self, version: str) -> bool:
        """Tell whether a consent to a version is one to this text."""
        return version == self.version or version in self.covers

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.title[_language()]

    @property
    def both(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """The text in each language, the reader's first: the language's code, title, paragraphs."""
        own = _language()
        return [
            (language, self.title[language], self.paragraphs[language])
            for language in sorted(self.paragraphs, key=lambda one: one != own)
        ]

    @property
    def shown(self) -> tuple[str, ...]:
        """The paragraphs in the reader's language."""
        return self.paragraphs[_language()]


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


_FIRST: Final = Text(
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
# Says more of one's rights, and widens nothing.
PRIVACY: Final = Text(
    purpose="real_name",
    version="2026-12",
    covers=("2026-11",),
    title=_FIRST.title,
    paragraphs={
        "zh": (
            *_FIRST.paragraphs["zh"][:3],
            "保存多久：直到您要求删除。删除后，公开的项目、选票计数、账目和操作记录仍然保留，但不再与您的姓名相联系。",
            "您的权利：可随时查看、下载（机器可读）、更正、删除本人信息，可撤回同意。撤回后不能再提出项目或投票，"
            "此前的公开记录不受影响。谁在何时、因何看过您的完整信息，您都能看到。",
            _FIRST.paragraphs["zh"][4],
        ),
        "en": (
            *_FIRST.paragraphs["en"][:3],
            "For how long: until you have it erased. Public projects, counts of votes, accounts and the log of events "
            "stay after that, no longer tied to your name.",
            "Your rights: see, download (machine-readable), correct and erase your data, and take this consent back at "
            "any time. Then you can no longer propose or vote; public records made before stay. You see who looked at "
            "your data in full, when and why.",
            _FIRST.paragraphs["en"][4],
        ),
    },
)
BY_GUARDIAN: Final = "minor"
"""The purpose of the text to which guardians alone agree."""
MINOR: Final = Text(
    purpose=BY_GUARDIAN,
    version="2026-12",
    title={
        "zh": "监护人同意书：未成年人的个人信息与参与",
        "en": "A guardian's consent: a minor's data and taking part",
    },
    paragraphs={
        "zh": (
            "您作为监护人，为未满十八周岁的被监护人表示同意。未满十四周岁者，经您同意才处理其个人信息；"
            "已满十四周岁者由本人同意，参加志愿服务或担任团队负责人时还须您同意。",
            "我们收集：姓名、出生日期、所在社区；核验时的证件号码。这些属于敏感个人信息：姓名和证件号码逐项加密保存，出生日期不向他人展示；"
            "其他字段只显示部分字符，每次完整查看都写明理由并留下记录。不收集照片、位置、学校和健康信息。",
            "用途：确认其为本社区居民；使其可以提出项目、附议、评论，以及在您知情时参加与年龄相适应的志愿服务。不作其他用途。",
            "未成年人不担任评审或工作人员。",
            "您的权利：可随时查看、下载、要求更正和删除未满十四周岁被监护人的信息，可撤回同意。"
            "撤回后，未满十四周岁者不能再参与；此前的公开记录不受影响。",
            "您的权利至监护关系结束或被监护人满十八周岁时自行终止；其后由本人决定。您的同意记录双方都能看到。",
        ),
        "en": (
            "As the guardian you agree for your ward, who is under 18. Under 14, data is processed only after you "
            "agreed; from 14 on the ward agrees alone, and needs your consent too for volunteering or leading a team.",
            "We keep the name, the date of birth and the community; the number of the document once it is verified. "
            "This is sensitive data: name and number are kept encrypted and shown in part, the date of birth is shown "
            "to nobody else, and every look at the whole carries a reason and is recorded. No photo, place, school or "
            "health data is collected.",
            "What for: to know that the ward lives in the community; so that the ward can propose, back and comment, "
            "and with your knowledge volunteer in what suits the age. For nothing else.",
            "Minors are no jurors and no staff.",
            "Your rights: see, download, have corrected and have erased what is held on a ward under 14, and take this "
            "consent back at any time. Then a ward under 14 can no longer take part; public records made before stay.",
            "Your rights end by themselves when the guardianship ends or the ward turns 18; then the ward decides. "
            "Both of you see what you agreed to.",
        ),
    },
)
TEXTS: Final = {PRIVACY.purpose: PRIVACY, MINOR.purpose: MINOR}
EVERY: Final = (_FIRST, PRIVACY, MINOR)
"""Every text that anybody can have agreed to; none is ever taken out."""
