"""Which family a page is of, by its own evidence. Pure."""

from crawler.layout import Family
from crawler.page import Page
from crawler.portals import FAMILIES, GENERIC


def detect(page: Page) -> tuple[Family, str]:
    """The first family that the page shows a mark of, and the mark; else the generic one and ""."""
    for family in FAMILIES.values():
        if family.url_mark is not None and family.url_mark.search(page.url):
            return family, f"the URL holds {family.url_mark.pattern}"
        mark = next((mark for mark in family.marks if page.matches(mark)), None)
        if mark is not None:
            return family, mark
    return GENERIC, ""
