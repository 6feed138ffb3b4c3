"""From the bytes of an answer to text fit for the parser.

Decides how a content coding is undone, which charset wins, and whether a page is too tangled to
parse. Pure: any bytes give a value or a named quality, never an exception. What a page says is for
`read.py`.
"""

from crawler.decode.charset import Decoded, decode_text
from crawler.decode.complexity import scan_complexity
from crawler.decode.inflate import Inflated, inflate

__all__ = ["Decoded", "Inflated", "decode_text", "inflate", "scan_complexity"]
