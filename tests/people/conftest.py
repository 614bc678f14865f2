"""Two districts with a few communities."""

import pytest

from shanzhi.places.models import Area

DISTRICT, SUBDISTRICT, COMMUNITY = "370102", "370102001", "370102001001"
LEVELS = {2: "province", 4: "city", 6: "district", 9: "subdistrict", 12: "community"}
NAMES = {
    "37": "山东省",
    "3701": "济南市",
    "370102": "历下区",
    "370102001": "解放路街道",
    "370102001001": "历山路社区",
    "370102001002": "青后社区",
    "370102002": "千佛山街道",
    "370102002001": "历南社区",
    "11": "北京市",
    "1101": "市辖区",
    "110114": "昌平区",
    "110114008": "天通苑北街道",
    "110114008001": "天通苑一社区",
}


@pytest.fixture
def areas(db: None) -> None:
    make_areas()


def make_areas() -> None:
    for code, name in sorted(NAMES.items(), key=lambda pair: len(pair[0])):
        parent = {2: None, 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]
        Area.objects.create(code=code, name=name, level=LEVELS[len(code)], parent_id=parent)
