"""What the search of the registry is measured on: 901,395 synthetic organisations of one district."""

from django.db import connection
from django.utils import timezone

from shanzhi.audit import coverage
from shanzhi.kernel.actor import Actor
from shanzhi.places import exchange, operations
from shanzhi.places.models import Area

ROWS = 901_395
DISTRICT = "370102"
PLACES = ("桃源里", "解放路", "文化西", "泉城", "青龙街", "燕山", "棋盘街", "甸柳", "建新", "历山", "佛山苑", "窑头")
KINDS = (
    "合唱队", "楼门互助社", "老人照护服务中心", "织补小组", "议事协商会", "太极拳队", "读书会", "志愿服务队",
    "亲子成长营", "旧物循环社",
)  # fmt: skip
FILL = """
INSERT INTO organizations_organization (id, name, kind, area, credit_code, synthetic, created_at, closed_at,
    closed_reason, version, purpose, size_stated, state, rests_from)
SELECT gen_random_uuid(),
       (%(places)s::text[])[1 + n %% 12] || '社区第' || n || '号' || (%(kinds)s::text[])[1 + (n / 12) %% 10],
       'community_organization', (%(areas)s::text[])[1 + n %% %(count)s], NULL, true, now() - n * interval '1 second',
       NULL, '', 1, 'mutual_help', 12, 'group', ''
FROM generate_series(1, %(rows)s) AS n
"""


def fill() -> int:
    """Load the areas and the organisations; gives how many."""
    at = timezone.now()
    operations.import_areas(
        actor=Actor.system("benchmark"), sheets=exchange.shipped(), as_of=at.date(), source="shipped", at=at
    )
    areas = list(Area.objects.filter(code__startswith=DISTRICT, level="community").values_list("code", flat=True))
    values = {"places": list(PLACES), "kinds": list(KINDS), "areas": areas, "count": len(areas), "rows": ROWS}
    with connection.cursor() as cursor:
        with coverage.load_in_bulk(cursor, "organizations_organization"):
            cursor.execute(FILL, values)
        cursor.execute("VACUUM ANALYZE organizations_organization")
    return ROWS
