"""The text of files that are no pages: of PDFs, by PDFium in a process of its own.

A PDF whose text cannot be had is a good capture all the same; why is told in a refusal of the field
`document.text`:

    "the PDF is encrypted"                 it opens with a password alone
    "the PDF is broken: …"                 nothing opens it
    "the PDF holds pictures and no text"   a scan; its pages are counted
    "only the first … are kept"            it is longer than we read
    "reading …"                            its process took too much, and was ended

Other formats (DOC, XLS, DOCX and their like) are kept and not read.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from core.records import Capture, Document, Quality, Reading, Refusal
from core.text import language_of, tidy_lines
from crawler.fields.fonts import FontCoding, decode_font
from crawler.isolate import Limits, Stopped, in_child
from crawler.sniff import Looks, looks_of

PDF = "application/pdf"
MAX_TEXT_CHARS = 2_000_000
MAX_PAGES = 5_000
LIMITS = Limits(time_s=20.0, memory_bytes=1 << 30)
FIELD = "document.text"

_PASSWORD_ERRORS = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY (fpdfview.h)
_HYPHEN = "\ufffe"  # stands for a hyphen at a line's end, which PDFium joins to the next
_OLD_CODINGS: tuple[tuple[FontCoding, re.Pattern[str]], ...] = (  # and what no language writes
    ("tcvn3", re.compile(r"(?<=[A-Za-z])[¡-¬®µ-¹»-¾×÷]|[¡-¬®µ-¹»-¾×÷](?=[A-Za-z])")),
    ("vni", re.compile(r"[aeouyôö][ùøûõïâáàåãäéèúüë]", re.IGNORECASE)),
)
_OLD_SHARE = 0.03  # of a text's signs


class Extract(NamedTuple):
    """What can be said of a document; both are None when it is none that we read."""

    document: Document | None = None
    refusal: Refusal | None = None  # why there is no text, or not all


def is_readable(capture: Capture) -> bool:
    """Whether `document_of` can say anything of this capture: a whole PDF by its bytes."""
    is_good = capture.status == 200 and capture.quality is Quality.OK
    return is_good and looks_of(capture.body) is Looks.PDF


async def document_of(capture: Capture) -> Extract:
    """The text of a PDF, or why it has none.

    Text is tidied line by line (NFC, no control signs), pages parted by one newline, at most
    MAX_TEXT_CHARS of it from the first MAX_PAGES pages. Old fonts (TCVN3, VNI) become Unicode.
    Takes a process, and at most 20 s and 1 GiB.
    """
    if not is_readable(capture):
        return Extract()
    found = await in_child(text_of_pdf, (capture.body,), LIMITS)
    if isinstance(found, Stopped):
        return Extract(refusal=Refusal(field=FIELD, text="", reason=found.why))
    pages_count, text, reason = found
    document = Document(media_type=PDF, pages_count=pages_count, text=text)
    return Extract(
        document=None if pages_count is None else document,
        refusal=Refusal(field=FIELD, text="", reason=reason) if reason else None,
    )


def with_document(reading: Reading, found: Extract) -> Reading:
    """`reading` with what `document_of` found."""
    refusals = (found.refusal,) if found.refusal is not None else ()
    return replace(reading, document=found.document, refusals=(*reading.refusals, *refusals))


def text_of_pdf(body: bytes) -> tuple[int | None, str, str]:
    """Pages, text and why there is none or not all; pages are None when it does not open.

    Is called in a child process alone: PDFium is C++, and may end or hang it.
    """
    import pypdfium2  # type: ignore[import-untyped]  # the child alone needs it

    try:
        pdf = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _PASSWORD_ERRORS:
            return None, "", "the PDF is encrypted"
        return None, "", "the PDF is broken: nothing opens it"
    pages: list[str] = []
    chars_count = broken_count = 0
    for number in range(min(len(pdf), MAX_PAGES)):
        try:
            text = _text_of_page(pdf[number].get_textpage().get_text_range())
        except pypdfium2.PdfiumError:
            broken_count += 1
            continue
        pages.append(text)
        chars_count += len(text) + 1
        if chars_count > MAX_TEXT_CHARS:
            break
    text = "\n".join(page for page in pages if page)
    return len(pdf), text[:MAX_TEXT_CHARS], _why_not_all(len(pdf), len(pages), broken_count, text)


def _why_not_all(pages_count: int, read_count: int, broken_count: int, text: str) -> str:
    """The reason why text is missing; "" when none is."""
    if len(text) > MAX_TEXT_CHARS:
        return f"only the first {MAX_TEXT_CHARS:,} characters are kept"
    if pages_count > MAX_PAGES:
        return f"only the first {MAX_PAGES:,} pages are kept"
    if broken_count:
        return f"the PDF is broken: {broken_count:,} of {pages_count:,} pages cannot be read"
    return "" if text else "the PDF holds pictures and no text"


def _text_of_page(raw: str) -> str:
    """One page's text, tidied; in Unicode where it is Vietnamese in an old font's coding alone."""
    text = tidy_lines(raw.replace(_HYPHEN, "-"))
    if text and not text.isascii() and language_of(text) != "vi":
        for coding, signs in _OLD_CODINGS:
            if len(signs.findall(text)) >= _OLD_SHARE * len(text):
                decoded = decode_font(text, coding)
                if language_of(decoded) == "vi":
                    return tidy_lines(decoded)
    return text
