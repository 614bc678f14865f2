"""The made-up projects of the first round: 21 of them, seven a community, for 30,000 yuan together (示例)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shanzhi.ventures.demo.projects import DemoProject

# Seven topics; each community carries out all of them. Name of the organisation, theme, purpose when filed.
TOPICS: Final = (
    ("楼道亮灯小组", "楼道与院落", "governance", "楼道灯坏了大半，老人晚上摸黑上下楼。"),
    ("暖心助餐队", "为老服务", "public_benefit", "独居老人下楼困难，冬天常常一天只吃一顿热饭。"),
    ("放学路上护送队", "儿童与家庭", "mutual_help", "放学时段路口车多，双职工家庭接不了孩子。"),
    ("绿色分类小组", "环境与垃圾分类", "public_benefit", "桶站没人管，分好的垃圾又混在一起。"),
    ("胡同合唱团", "文化与邻里", "culture_sport", "邻居相见不相识，老人白天无处可去。"),
    ("楼门议事会", "楼门自管", "governance", "停车、晾晒、堆物天天吵，没人牵头商量。"),
    ("便民修补摊", "楼道与院落", "service", "小家电坏了没处修，老人舍不得扔。"),
)
PLACES: Final = ("东片", "中片", "西片")
MATERIALS_FEN: Final = 1_000_00
ROUND_FEN: Final = 30_000_00
DEAR: Final = 6
"""So many projects get 1,500 yuan, all others 1,400: 6 x 1,500 + 15 x 1,400 = 30,000."""
PROJECTS: Final = len(TOPICS) * len(PLACES)


@dataclass(frozen=True, slots=True)
class First:
    """A project of the first round and the organisation that grew out of it."""

    project: DemoProject
    body: str
    purpose: str
    events_fen: int

    @property
    def fen(self) -> int:
        """The whole of its grant."""
        return MATERIALS_FEN + self.events_fen


def first(place: int) -> First:
    """Write the project with this number, from 0 on; neighbours in number lie in different communities."""
    name, theme, purpose, need = TOPICS[place // len(PLACES)]
    body = f"{PLACES[place % len(PLACES)]}{name}（示例）"
    events = 500_00 if place < DEAR else 400_00
    project = DemoProject(
        title=f"{body[: -len('（示例）')]}：从一件小事做起",
        team=body,
        theme=theme,
        summary=f"{need}小组想从身边的一件小事做起，邻居一起出力。（示例）",
        need=f"{need}议事会上提了多次，大家愿意自己动手。（示例）",
        aims="形成一支能长期做下去的队伍，每月活动一次，账目上墙。（示例）",
        people=60,
        note="参加的邻居与受益的住户（示例）",
        risks="活动时两人一组，注意用电与路上安全。（示例）",
        steps=(
            ("摸底与招募", 0, "社区议事厅", 20), ("第一次集中活动", 12, "社区活动室", 30), ("成果展", 60, "院内", 40),
        ),
        lines=(("材料", "项", 1, MATERIALS_FEN // 100, "asked"), ("活动", "项", 1, events // 100, "asked")),
    )  # fmt: skip
    return First(project, body, purpose, events)


ABOUT: Final = (
    "示例轮次。取自真实项目公布结果的只有四个总数：首轮微创投覆盖 3 个社区、资助 3 万元、孵化 21 家社区社会组织，"
    "到 2021 年 1 月 21 家全部存活（事实 LX02 至 LX05）。轮次名称、街道与社区、人名、组织名、日期、各项目金额以及"
    "2021 年 1 月以后的一切，均为虚构示例记录。"
)
