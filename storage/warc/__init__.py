"""The only door to WARC: captures appended, made durable, read back, sealed, mended.

Decides how a visit lies in a `.warc.gz` file and what survives a crash. Refuses to know the
database, the sites and what a payload means; it knows bytes, files and records.

A visit is written whole, its own `metadata` record last: that record is the commit mark. A file
has one owner for its life, shown by the lock it holds; a sealed file is never written again.
"""

from storage.warc.files import file_sha256, is_in_use, repair_tail, seal_file
from storage.warc.reader import read_capture, read_record, scan
from storage.warc.recover import visits_in
from storage.warc.words import (
    KeptCapture,
    Original,
    Place,
    SealedFile,
    StoredCapture,
    StoredRecord,
    StoredVisit,
    WarcInfo,
)
from storage.warc.writer import WarcWriter

__all__ = [
    "KeptCapture",
    "Original",
    "Place",
    "SealedFile",
    "StoredCapture",
    "StoredRecord",
    "StoredVisit",
    "WarcInfo",
    "WarcWriter",
    "file_sha256",
    "is_in_use",
    "read_capture",
    "read_record",
    "repair_tail",
    "scan",
    "seal_file",
    "visits_in",
]
