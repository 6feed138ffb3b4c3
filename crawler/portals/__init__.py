"""One file per CMS family: URL patterns and layouts, selectors as data.

The order is that of detection: a family whose marks another one shares stands before it.
"""

from crawler.layout import Family
from crawler.portals.generic import GENERIC
from crawler.portals.hanoi_liferay import HANOI_LIFERAY

FAMILIES: dict[str, Family] = {family.id: family for family in (HANOI_LIFERAY, GENERIC)}

__all__ = ["FAMILIES", "GENERIC"]
