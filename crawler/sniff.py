"""What the first bytes of an answer are, whatever its header says. Pure.

Portals send feeds as `text/html`, sitemaps as `text/plain` and PDFs as `application/octet-stream`:
bytes are believed first. Knows no URL and no expectation.
"""

import codecs
import re
from enum import StrEnum

JUDGED_BYTES = 1 << 16


class Looks(StrEnum):
    """What a body begins like. Text that begins like nothing known is UNKNOWN."""

    HTML = "html"
    FEED = "feed"  # RSS, RDF, Atom
    JSON_FEED = "json feed"
    SITEMAP = "sitemap"
    XML = "xml"  # of another kind
    GZIP = "gzip"
    PDF = "pdf"
    ASSET = "asset"  # image or font
    FILE = "file"  # archive, office document, sound, film
    UNKNOWN = "unknown"


_MAGICS = (
    (Looks.GZIP, b"\x1f\x8b\x08"),
    (Looks.ASSET, b"\x89PNG\r\n\x1a\n"),
    (Looks.ASSET, b"\xff\xd8\xff"),
    (Looks.ASSET, b"GIF87a"),
    (Looks.ASSET, b"GIF89a"),
    (Looks.ASSET, b"BM"),
    (Looks.ASSET, b"\x00\x00\x01\x00"),  # icon
    (Looks.ASSET, b"wOFF"),
    (Looks.ASSET, b"wOF2"),
    (Looks.ASSET, b"OTTO"),
    (Looks.ASSET, b"\x00\x01\x00\x00\x00"),  # TrueType
    (Looks.FILE, b"PK\x03\x04"),  # zip, docx, xlsx, odt
    (Looks.FILE, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),  # doc, xls, ppt
    (Looks.FILE, b"{\\rtf"),
    (Looks.FILE, b"Rar!\x1a\x07"),
    (Looks.FILE, b"7z\xbc\xaf\x27\x1c"),
    (Looks.FILE, b"RIFF"),
    (Looks.FILE, b"ID3"),
    (Looks.FILE, b"OggS"),
    (Looks.FILE, b"\x1aE\xdf\xa3"),  # webm, mkv
    (Looks.FILE, b"FLV\x01"),
)
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1")
_PDF_WITHIN_BYTES = 1_024
_PROLOG = (
    r"(?:\s++|<\?(?:[^?]++|\?(?!>))*+\?>|<!--(?:[^-]++|-(?!->))*+-->"
    r"|<!DOCTYPE[^>\[]*+(?:\[(?:[^\]]++|\](?!\s*>))*+\]\s*)?>)*+"
)
_ROOT = re.compile(rf"{_PROLOG}<(?P<name>(?:[\w.-]{{1,40}}:)?[\w.-]{{1,40}})(?=[\s/>])", re.I)
_LATE_ROOT = re.compile(  # after what a server's script printed first
    r"<(?P<name>rss|rdf:RDF|feed|(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex))(?=[\s>])", re.IGNORECASE
)
_DECLARES_HTML = re.compile(
    r"(?:\s++|<!--(?:[^-]++|-(?!->))*+-->)*+<!doctype\s+html", re.IGNORECASE
)
_DECLARES_XML = re.compile(r"[^<>]{0,500}(?:<[^?<>]{0,500}>[^<>]{0,500}){0,8}<\?xml\s", re.I)
_JSON_FEED = re.compile(r'\{[^<]*?"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_ROOTS = {
    "html": Looks.HTML,
    "body": Looks.HTML,
    "head": Looks.HTML,
    "rss": Looks.FEED,
    "rdf": Looks.FEED,
    "feed": Looks.FEED,
    "urlset": Looks.SITEMAP,
    "sitemapindex": Looks.SITEMAP,
    "svg": Looks.ASSET,
}


def looks_of(body: bytes) -> Looks:
    """What these bytes begin like, from the first 64 KiB; in time linear in them."""
    if body[:15].lower() == b"<!doctype html>":
        return Looks.HTML
    for looks, magic in _MAGICS:
        if body.startswith(magic):
            return _looks_of_container(body, looks)
    if body[4:8] == b"ftyp":
        return Looks.ASSET if body[8:12] in _PICTURE_BRANDS else Looks.FILE
    text = _head(body)
    if not text.startswith("<") and b"%PDF-" in body[:_PDF_WITHIN_BYTES]:
        return Looks.PDF
    if text.startswith("{"):
        return Looks.JSON_FEED if _JSON_FEED.match(text) else Looks.UNKNOWN
    if _DECLARES_HTML.match(text):
        return Looks.HTML
    root = _ROOT.match(text)
    if root is not None and (name := root["name"].lower().rpartition(":")[2]) in _ROOTS:
        return _ROOTS[name]
    if _DECLARES_XML.match(text):
        late = _LATE_ROOT.search(text)
        return _ROOTS[late["name"].lower().rpartition(":")[2]] if late else Looks.XML
    return Looks.UNKNOWN


def _looks_of_container(body: bytes, looks: Looks) -> Looks:
    if looks is Looks.FILE and body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return Looks.ASSET
    if body.startswith(b"BM") and body[6:10] != bytes(4):  # text may begin so too
        return Looks.UNKNOWN
    return looks


def _head(body: bytes) -> str:
    """The beginning as text good enough for ASCII markup, without mark and white space."""
    head = body[:JUDGED_BYTES]
    for mark, charset in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head.decode(charset, "replace").lstrip("\ufeff \t\r\n\f")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip(" \t\r\n\f")
