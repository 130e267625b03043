"""Synthetic names: no one of this name is meant."""

import numpy as np
import numpy.typing as npt

CITIES = ("上海", "北京", "深圳", "杭州", "成都", "武汉", "苏州", "西安")
DISTRICTS = ("滨江区", "新城区", "高新区", "湖滨区", "东湖区", "城南区", "天府区", "姑苏区")
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "超",
    "明",
    "霞",
    "平",
    "刚",
    "桂英",
    "建华",
)
FIRST = ("云", "恒", "锦", "瑞", "盛", "星", "海", "华", "鼎", "泰", "安", "和", "金", "新", "长", "天")
SECOND = ("辰", "达", "源", "信", "业", "邦", "通", "图", "茂", "丰", "川", "捷", "晟", "嘉", "远", "合")
TRADE = {
    "retail": "商贸",
    "catering": "餐饮",
    "manufacturing": "制造",
    "logistics": "物流",
    "software": "软件",
    "construction": "建筑",
    "education": "教育",
    "services": "服务",
}
BUILDING_SUFFIX = ("大厦", "广场", "产业园", "花园")


def building_names(kinds: npt.NDArray[np.int64], generator: np.random.Generator) -> list[str]:
    """A name for each building, after its kind; the number keeps them apart."""
    first = generator.integers(0, len(FIRST), len(kinds))
    second = generator.integers(0, len(SECOND), len(kinds))
    return [
        f"{FIRST[a]}{SECOND[b]}{BUILDING_SUFFIX[kind]}{number + 1}号"
        for number, (a, b, kind) in enumerate(zip(first, second, kinds, strict=True))
    ]


def person_names(count: int, generator: np.random.Generator) -> list[str]:
    """Names of persons."""
    family = generator.integers(0, len(FAMILY), count)
    given = generator.integers(0, len(GIVEN), count)
    return [FAMILY[a] + GIVEN[b] for a, b in zip(family, given, strict=True)]


def enterprise_names(industries: list[str], generator: np.random.Generator) -> list[str]:
    """Names of enterprises, after their industry."""
    first = generator.integers(0, len(FIRST), len(industries))
    second = generator.integers(0, len(SECOND), len(industries))
    return [
        f"{FIRST[a]}{SECOND[b]}{TRADE[industry]}有限公司"
        for a, b, industry in zip(first, second, industries, strict=True)
    ]
