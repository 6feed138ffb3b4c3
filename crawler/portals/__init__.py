"""One file per CMS family: URL patterns and layouts, selectors as data.

The order is that of detection: a family whose marks another one shares stands before it.
"""

from crawler.layout import Family
from crawler.portals.epi import EPI
from crawler.portals.generic import GENERIC
from crawler.portals.hanoi_liferay import HANOI_LIFERAY
from crawler.portals.liferay_6 import LIFERAY_6
from crawler.portals.liferay_7 import LIFERAY_7
from crawler.portals.nukeviet import NUKEVIET
from crawler.portals.onecms import ONECMS
from crawler.portals.sharepoint import SHAREPOINT
from crawler.portals.vccorp import VCCORP
from crawler.portals.vnexpress import VNEXPRESS
from crawler.portals.vportal import VPORTAL
from crawler.portals.wordpress import WORDPRESS

FAMILIES: dict[str, Family] = {
    family.id: family
    for family in (
        HANOI_LIFERAY,
        VPORTAL,
        LIFERAY_7,
        LIFERAY_6,
        VNEXPRESS,
        NUKEVIET,
        WORDPRESS,
        VCCORP,
        EPI,
        ONECMS,
        SHAREPOINT,
        GENERIC,
    )
}

__all__ = ["FAMILIES", "GENERIC"]
