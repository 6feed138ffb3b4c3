"""One file per CMS family: URL patterns and layouts, selectors as data."""

from crawler.layout import Family
from crawler.portals.hanoi_liferay import HANOI_LIFERAY

FAMILIES: dict[str, Family] = {family.id: family for family in (HANOI_LIFERAY,)}
