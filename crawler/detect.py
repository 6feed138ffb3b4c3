"""Which family a page is of, by its own evidence. Pure."""

from dataclasses import replace
from functools import lru_cache

from crawler.layout import Family, Site
from crawler.page import Page
from crawler.portals import FAMILIES


def detect(page: Page) -> tuple[Family, str] | None:
    """The first family that the page shows a mark of, and the mark; None when it shows none.

    The site's own family keeps what shows its signs, unless a family before it has a mark there.
    """
    for family in FAMILIES.values():
        if family is page.site.family and family.marks:
            sign = next((sign for sign in family.signs if page.matches(sign)), None)
            if sign is not None:
                return family, sign
        if family.url_mark is not None and family.url_mark.search(page.url):
            return family, f"the URL holds {family.url_mark.pattern}"
        mark = next((mark for mark in family.marks if page.matches(mark)), None)
        if mark is not None:
            return family, mark
    return None


@lru_cache(maxsize=1_024)
def of_family(site: Site, family: Family) -> Site:
    """The site with its pages read as this family's; the same object each time it is asked for."""
    return replace(site, family=family)
