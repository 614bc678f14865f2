"""What the columns of an office's register are called, and which field each one most likely holds."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.places.exchange.lists.headings import Headings

NAME: Final = "name"
# What each field is called in real registers, in Chinese and English; the first that is found counts.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    NAME: (
        "组织名称", "社会组织名称", "社区社会组织名称", "单位名称", "机构名称", "团队名称", "队伍名称", "名称",
        "全称", "组织全称", "社团名称", "organisation", "organization", "name of the organisation", "name",
    ),
    "credit_code": (
        "统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一代码", "credit code",
        "unified social credit code",
    ),
    "former": (
        "曾用名", "原名称", "原名", "曾用名称", "变更前名称", "former name", "former names",
    ),
    "in_charge": (
        "负责人", "负责人姓名", "主要负责人", "法定代表人", "法人代表", "法人", "法人姓名", "联系人",
        "联系人姓名", "发起人", "person in charge", "contact",
    ),
    "phone": (
        "联系电话", "负责人联系电话", "负责人电话", "联系人电话", "手机", "手机号", "手机号码", "电话",
        "电话号码", "联系方式", "负责人联系方式", "负责人手机", "phone", "mobile phone",
    ),
    "area_code": (
        "社区代码", "社区编码", "区划代码", "地区代码", "街道代码", "area code", "code of the seat",
    ),
    "subdistrict": (
        "所属街道", "街道", "街道镇", "所属街道镇", "所属镇街", "镇街", "街镇", "乡镇街道", "所在街道",
        "所属乡镇", "街道名称", "备案街道", "subdistrict",
    ),
    "community": (
        "所属社区", "社区", "所属村居", "村居", "村社区", "所在社区", "社区名称", "所属居委会", "居委会",
        "所属村社区", "所在村居", "community", "seat",
    ),
    "kind": (
        "类别", "组织类别", "组织类型", "类型", "性质", "组织性质", "机构类型", "登记类型", "社会组织类型",
        "所属类别", "活动类别", "服务类别", "分类", "业务类别", "sort", "kind",
    ),
    "number": (
        "备案编号", "备案证号", "备案号", "备案证书号", "备案证编号", "备案登记号", "证书编号", "登记证号",
        "编号", "filing number",
    ),
    "filed_on": (
        "备案时间", "备案日期", "登记时间", "登记日期", "date of filing",
    ),
    "founded_on": (
        "成立时间", "成立日期", "成立年月", "创建时间", "组建时间", "founded on",
    ),
    "size": (
        "人数", "成员人数", "成员数", "会员数", "队员人数", "会员人数", "成员数量", "members",
    ),
}  # fmt: skip
FIELDS: Final[dict[str, Any]] = {
    NAME: _("Name of the organisation"),
    "credit_code": _("Unified social credit code"),
    "former": _("Former name"),
    "in_charge": _("Person in charge"),
    "phone": _("Phone"),
    "area_code": pgettext_lazy("register", "Code of the community"),
    "subdistrict": _("Subdistrict"),
    "community": _("Community"),
    "kind": _("Sort"),
    "number": _("Filing number"),
    "filed_on": _("Date of filing"),
    "founded_on": pgettext_lazy("register", "Founded on"),
    "size": _("Number of members"),
}
KNOWN: Final = Headings(HEADINGS, NAME)
guessed: Final = KNOWN.guessed
