"""How alike two texts of neighbours are."""

from __future__ import annotations

import pytest

from shanzhi.kernel import likeness
from shanzhi.ventures.demo.projects import PROJECTS

Texts = tuple[str, str, str, str]
# Title, need, activities, place; written as two teams of one round wrote them, each without the other.
TWINS: list[tuple[Texts, Texts]] = [
    (
        ("给3号楼加装楼道扶手", "3号楼六层没有电梯，住着14位七十岁以上的老人，上下楼只能扶墙，去年冬天摔了两位。",
         "测量各层楼梯\n安装扶手\n回访老人", "3号楼"),
        ("三号楼楼梯加装扶手，老人上下楼不摔跤",
         "我们三号楼是老楼，没有电梯，七十岁以上老人多，上下楼扶着墙走，冬天有人摔倒。",
         "入户征求意见\n安装楼梯扶手", "3 号楼"),
    ),
    (
        ("单元门口加装无障碍坡道",
         "5号楼有三位坐轮椅的居民，门口四级台阶，出门要靠人抬。",
         "勘察台阶\n浇筑坡道\n验收",
         "5号楼"),
        ("给轮椅一条路：5号楼坡道",
         "5号楼门口有台阶，轮椅上不去，三户人家出门都要邻居抬。",
         "修坡道\n装扶手",
         "5号楼门口"),
    ),
    (
        ("老人学手机", "老人不会用手机挂号、缴费，常接到诈骗电话。", "手机课，每班12人\n防骗讲座", "社区活动室"),
        ("银龄手机课堂：教老人用手机",
         "很多老人挂号缴费都要手机，子女不在身边，担心被骗。",
         "每周一次手机课\n防骗讲座",
         "活动室"),
    ),
    (
        ("周末电影夜：院里放露天电影",
         "年轻人和老人少有来往，夏天院里没有活动。",
         "露天电影放映\n准备座椅",
         "中心花园"),
        ("夏夜露天电影", "院子里晚上没什么可做，想放露天电影让大家出来坐坐。", "放映电影六场", "花园"),
    ),
    (
        ("楼道堆物清理与公约", "楼道堆满杂物，消防通道堵了，居民多次投诉。", "清理楼道杂物\n签公约", "2号楼"),
        ("清空楼道杂物，打通消防通道", "2号楼楼道里堆着纸箱旧家具，消防检查点了两次名。",
         "逐户动员\n清运杂物\n签订楼道公约", "2号楼"),
    ),
    (
        ("Read aloud in the courtyard", "Children have nobody to read with after school", "Reading evenings", "yard"),
        ("Courtyard reading evenings",
         "After school children sit alone and nobody reads with them",
         "reading",
         "yard"),
    ),
]  # fmt: skip
OTHERS: list[tuple[Texts, Texts]] = [
    (
        ("给3号楼加装楼道扶手", "3号楼没有电梯，住着14位七十岁以上的老人。", "测量各层楼梯\n安装扶手", "3号楼"),
        ("3号楼门前种花", "3号楼门前空地长满杂草，邻居想种花。", "翻土\n种月季", "3号楼"),
    ),
    (
        ("老人学手机", "老人不会用手机挂号、缴费。", "手机课\n防骗讲座", "社区活动室"),
        ("老人助餐", "独居老人下楼困难，冬天只吃一顿。", "送餐\n入户了解口味", "社区活动室"),
    ),
    (
        ("楼道声控灯改造", "楼道灯坏了大半，老人摸黑上下楼。", "更换灯具", "1至3号楼"),
        ("楼道堆物清理", "楼道堆满杂物，消防通道堵了。", "清理杂物\n签公约", "1号楼"),
    ),
    (
        ("院里自行车棚", "自行车乱停，堵了消防通道。", "议事会\n修棚", "车棚"),
        ("院里健身角", "健身器材坏了，老人没有地方锻炼。", "维修器材", "中心花园"),
    ),
]  # fmt: skip


def parts(texts: Texts) -> dict[str, list[int]]:
    found = {
        name: likeness.marks(likeness.pieces(text))
        for name, text in zip(likeness.WEIGHTS, texts, strict=True)
        if name != "place"
    }
    return {**found, "place": likeness.marks(likeness.places(texts))}


class TestTwoProjects:
    @pytest.mark.parametrize(("one", "other"), TWINS)
    def test_for_the_same_thing_are_alike_and_found_by_a_key(self, one: Texts, other: Texts) -> None:
        found = likeness.likeness(parts(one), parts(other))
        assert found.alike, found
        assert set(likeness.keys(parts(one))) & set(likeness.keys(parts(other)))

    @pytest.mark.parametrize(("one", "other"), OTHERS)
    def test_for_other_things_are_not_even_at_the_same_place(self, one: Texts, other: Texts) -> None:
        assert likeness.likeness(parts(one), parts(other)).score <= likeness.THRESHOLD // 2

    def test_of_the_demo_are_all_different(self) -> None:
        demo = [
            parts((one.title, f"{one.need}\n{one.summary}", "\n".join(step[0] for step in one.steps),
                   "\n".join(step[2] for step in one.steps)))
            for one in PROJECTS
        ]  # fmt: skip
        points = [likeness.likeness(one, other).score for place, one in enumerate(demo) for other in demo[:place]]
        assert max(points) < likeness.THRESHOLD // 2

    def test_are_alike_in_no_order_of_the_two(self) -> None:
        one, other = (parts(texts) for texts in TWINS[0])
        assert likeness.likeness(one, other) == likeness.likeness(other, one)
        assert likeness.likeness(one, one).score == 100

    def test_are_compared_by_what_both_have(self) -> None:
        title = ("夏夜露天电影", "", "", "")
        found = likeness.likeness(parts(title), parts(TWINS[3][1]))
        assert (found.score, found.parts["need"]) == (100, None)
        nothing = parts(("", "", "", ""))
        assert likeness.likeness(nothing, nothing).score == 0


class TestWords:
    def test_say_why(self) -> None:
        one, other = ("\n".join(texts) for texts in TWINS[0])
        assert {"3号楼", "上下楼", "七十岁以上"} <= set(likeness.shared(one, other))
        assert likeness.shared("读书 reading", "reading") == ["reading"]

    def test_are_of_whole_runs(self) -> None:
        assert likeness.shared("想放露天电影", "院里放露天电影吧") == ["放露天电影"]

    def test_name_a_place_in_one_way(self) -> None:
        assert likeness.places(["三号楼 2 单元"]) == likeness.places(["3号楼2单元"]) == ["3号楼", "2单元"]

    def test_that_everybody_uses_count_for_nothing(self) -> None:
        assert likeness.pieces("社区居民") == ["区居"]
        assert likeness.pieces("the neighbours") == []
