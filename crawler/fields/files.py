"""Which links are files we keep, and what they are called. Pure."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from core.records import Attachment
from core.text import tidy

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MEDIA_TYPES = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": _OFFICE + "wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": _OFFICE + "presentationml.presentation",
    "rar": "application/vnd.rar",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "zip": "application/zip",
}

Resolve = Callable[[str], str | None]
Attributes = dict[str, str | None]


def read_files(links: Iterable[LexborNode], *, resolve: Resolve) -> tuple[Attachment, ...]:
    """The files that these `<a>` nodes link to, each URL once; other links are passed over."""
    files: dict[str, Attachment] = {}
    for node in links:
        found = attachment_of(node.attributes, node.text(), resolve)
        if found is not None:
            files.setdefault(found.url, found)
    return tuple(files.values())


def attachment_of(attributes: Attributes, shown: str, resolve: Resolve) -> Attachment | None:
    """The file a link leads to; None when it is no file we keep.

    Where a script hands files out (`download`), the link's text names them.
    """
    href = attributes.get("href") or ""
    by_text = _file_name("".join(shown.split()[-1:])) if "download" in attributes else ""
    url = resolve(href) if href and (by_text or _file_name(href)) else None
    if url is None:
        return None
    file_name = _file_name(url) or _file_name(href) or by_text
    media_type = _MEDIA_TYPES[file_name.rpartition(".")[2].lower()]
    return Attachment(url=url, name=tidy(shown) or file_name, media_type=media_type)


def _file_name(url: str) -> str:
    """The last part of a URL's path when it names a file we keep, else ""."""
    path = url.strip().partition("#")[0].partition("?")[0].rstrip("/")
    if path[:7].lower() in ("mailto:", "javascr"):
        return ""
    head, _, last = path.rpartition("/")
    if _UUID.fullmatch(last):
        last = head.rpartition("/")[2]
    name = tidy(unquote(last.replace("+", " ")))
    stem, _, extension = name.rpartition(".")
    return name if stem and extension.lower() in _MEDIA_TYPES else ""
