"""Everything that a capture says: heavy pages and files are read in a process of their own."""

from core.records import Capture, PageKind, Reading
from crawler.documents import document_of, is_readable, with_document
from crawler.isolate import is_heavy, read_apart
from crawler.layout import Site
from crawler.read import read


def is_risky(capture: Capture) -> bool:
    """Whether reading it may end a process, and so runs in one of its own."""
    return capture.status == 200 and (is_heavy(capture) or is_readable(capture))


async def read_whole(capture: Capture, site: Site, expected: PageKind) -> Reading:
    """`read`, apart where it is risky, with the text of a PDF."""
    if not is_risky(capture):
        return read(capture, site, expected)
    if is_readable(capture):
        return with_document(read(capture, site, expected), await document_of(capture))
    return await read_apart(capture, site, expected)
