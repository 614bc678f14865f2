"""What the columns of an office's list of volunteers are called."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.places.exchange.lists.headings import Headings

NAME: Final = "name"
# In Chinese and English, as lists and the exports of other systems have it; the first that is found counts.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    NAME: ("姓名", "志愿者姓名", "真实姓名", "名字", "志愿者", "队员姓名", "name", "full name"),
    "id_number": (
        "身份证号", "身份证号码", "身份证", "证件号码", "证件号", "公民身份号码", "居民身份证号", "身份证件号码",
        "id number", "identity number", "identity card number",
    ),
    "phone": (
        "手机号", "手机号码", "手机", "联系电话", "联系方式", "电话", "电话号码", "移动电话", "联系手机", "phone",
        "mobile phone", "phone number", "telephone",
    ),
    "earlier_number": (
        "志愿者编号", "志愿者号", "志愿者证号", "注册号", "志愿者注册号", "编号", "原志愿者编号", "volunteer number",
        "number at the office before",
    ),
    "born_on": ("出生日期", "出生年月日", "出生年月", "生日", "date of birth", "birthday"),
    "area_code": (
        "社区代码", "社区编码", "区划代码", "地区代码", "area code", "code of the area", "code of the community",
    ),
    "subdistrict": (
        "所属街道", "街道", "街道镇", "所属镇街", "镇街", "街镇", "乡镇街道", "所在街道", "所属乡镇", "街道名称",
        "subdistrict",
    ),
    "community": (
        "所属社区", "社区", "所属村居", "村居", "村社区", "所在社区", "社区名称", "服务社区", "所属居委会", "居委会",
        "居住社区", "居委", "所属居委", "所在居委会", "居委会名称", "社区居委会", "村委会", "村居委会", "所属村委会",
        "所在村居", "村居名称", "社区村", "社区村居", "所属村社区", "所在村社区", "现居社区", "常住社区", "志愿者社区",
        "community", "name of the community", "community name", "residents' committee",
    ),
    "skills": ("技能", "服务技能", "专业技能", "特长", "技能特长", "个人特长", "专长", "skills"),
    "languages": ("语言", "掌握语言", "语种", "会说的语言", "languages"),
    "team": (
        "队伍", "所属队伍", "志愿服务队", "志愿队伍", "所属团队", "团队", "服务队", "队伍名称", "team",
        "volunteer team",
    ),
    "minutes": (
        "累计时长", "服务时长", "累计服务时长", "志愿服务时长", "总时长", "时长", "服务总时长", "志愿时长", "累计时数",
        "服务时数", "累计小时", "服务小时", "时长小时", "时长分钟", "服务时长小时", "服务时长分钟", "信用时数",
        "荣誉时数", "以往服务时长", "hours", "total hours", "hours of service", "service hours",
        "hours of service before", "minutes",
    ),
    "as_of": (
        "截至日期", "截止日期", "统计截止日期", "统计日期", "时长截止日期", "时长统计截至", "as of",
        "hours counted until",
    ),
    "registered_on": (
        "登记日期", "注册日期", "注册时间", "登记时间", "加入日期", "加入时间", "入队时间", "入队日期", "registered on",
        "joined on",
    ),
}  # fmt: skip
# So the desk's own list heads the community; an office may head a wider area so, beside a column of communities.
LATE: Final[dict[str, tuple[str, ...]]] = {"community": ("服务区域", "area of service")}
FIELDS: Final[dict[str, Any]] = {
    NAME: _("Name"),
    "id_number": _("Identity number"),
    "phone": _("Phone"),
    "earlier_number": _("Number at the office before"),
    "born_on": _("Date of birth"),
    "area_code": pgettext_lazy("register", "Code of the community"),
    "subdistrict": _("Subdistrict"),
    "community": _("Community"),
    "skills": _("Skills"),
    "languages": _("Languages"),
    "team": _("Volunteer team"),
    "minutes": _("Hours of service before"),
    "as_of": _("Hours counted until"),
    "registered_on": _("Registered on"),
}
KNOWN: Final = Headings(HEADINGS, NAME, LATE)
