"""What stands near the headline and the text's end: datelines and bylines. Pure.

Far from them a date is a clock or another article's, and a name is a reader's.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from crawler.prose.outline import Outline, Run
from crawler.prose.words import DATE_LABEL, STAMP, Place

_MOST_RUNS = 12  # after the headline
_MOST_AFTER = 24  # after the text
_MOST_BEFORE = 6  # before it, and in a block around it
_LEVELS = 3  # of blocks around the headline
_MOST_SIGNED = 3  # the text's last run and those after it
_LINES_OF_A_BOX = 6
_MOST_CHARS = 160  # of a line that is no paragraph
_MOST_FOUND = 12
_NAME_CHARS = 60
_BEGINNING = 3  # characters
_COUNTED = re.compile(
    r"(?:lượt|lần|đã|số|người) ?(?:xem|đọc)|(?:xem|đọc) ?:|bình luận|ý kiến"
    r"|(?<![^\W_])(?:views?|hits|comments?)(?![^\W_])",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:^(?:(?:written )?by|von) |(?<![^\W_])(?:(?:written )?by|tác giả|người (?:viết|đăng)"
    r"|phóng viên|thực hiện|bài(?: viết| (?:và|&) ảnh)?|ảnh (?:và|&) bài) ?: ?)"
    r"(?P<name>[^|•·0-9:]{3,60})",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(
    r"(?: [-–] )?(?:đã xem|đã đọc|lượt|nguồn|theo|ảnh|in bài|chia sẻ|views?)(?![^\W_])",
    re.IGNORECASE,
)
_AUTHOR_CLASS = re.compile(r"(?<![a-z])(?:author|by-?line|tac-?gia|writer|reporter|contributor)")
_MARKED = (
    "[rel~=author], [itemprop=author], [class*=author i], [class*=byline i], [class*=tacgia i]"
)
_PLACE_AFTER = re.compile(r"[,|] *(?:[A-Z][A-Z.]+|.*\b(?:editor|writer|correspondent)\b.*)$", re.I)
_WORD = r"[^\W\d_a-z][^\W\d_]*"
_NAME = rf"{_WORD}(?:[. -]{{1,2}}{_WORD}){{1,5}}"
_BETWEEN = r"(?: [-–&,] |, | và | and )"
_NAMES = re.compile(rf"(?:{_NAME}(?:{_BETWEEN}{_NAME}){{0,4}}|[A-ZĐ]{{2,8}})")


def lines(outline: Outline, first: int, last: int) -> tuple[str, ...]:
    """Lines and parts of lines that may hold a date or a counter, the likeliest first.

    `first` and `last` are the first and the last run of the text. After it a date needs a label.
    """
    found: dict[str, None] = {}
    for run in _near(outline, first):
        is_labelled = DATE_LABEL.search(run.text) is not None
        if run.weight and not is_labelled:
            continue
        stamp = STAMP.search(run.text)
        for_machines = _time_of(outline, run)
        if for_machines:
            found[for_machines] = None
        if stamp or is_labelled or for_machines or _COUNTED.search(run.text):
            found[run.text] = None
        if stamp:
            found[run.text[stamp.start() : stamp.start() + _NAME_CHARS]] = None
    for run in outline.runs[last + 1 : last + 1 + _MOST_AFTER]:
        is_dated = DATE_LABEL.match(run.text) and STAMP.search(run.text)
        if len(run.text) <= _MOST_CHARS and (is_dated or _COUNTED.search(run.text)):
            found[run.text] = None
    return tuple(found)[:_MOST_FOUND]


def _time_of(outline: Outline, run: Run) -> str:
    """What a `<time>` in a short line says for machines."""
    element = outline.elements[run.element]
    if element.end - element.first > _LINES_OF_A_BOX:
        return ""
    node = element.node.css_first("time[datetime]")
    return (node.attributes.get("datetime") or "")[:_NAME_CHARS] if node is not None else ""


def bylines(outline: Outline, first: int, last: int) -> tuple[str, ...]:
    """Lines that may say who wrote it, the likeliest first.

    `first` and `last` are the first and the last run of the text.
    """
    found: dict[str, None] = {}
    for run in _near(outline, first):
        line = _without_stamp(run.text)
        said = _BY.search(line)
        if said:
            name = _OTHER_LABEL.split(said["name"])[0]
            found[_PLACE_AFTER.sub("", name.strip(" ,|:-–•"))] = None
        else:
            found[_marked_name(outline, run, line)] = None
    found.pop("", None)
    for run in outline.runs[last + 1 : last + 1 + _MOST_RUNS]:
        said = _BY.match(run.text)
        if said and len(run.text) <= _MOST_CHARS and ":" in run.text[: said.start("name")]:
            found[_OTHER_LABEL.split(said["name"])[0].strip(" ,|:-–•")] = None
    signed = (run for run in outline.runs[last : last + _MOST_SIGNED] if is_signature(outline, run))
    name = next((run.text for run in signed), "")
    if not found and name:
        found[name] = None
    return tuple(found)[:_MOST_FOUND]


def _without_stamp(text: str) -> str:
    """What stands before a date or its label; when the line begins with it, what stands after."""
    found = [cut for cut in (STAMP.search(text), DATE_LABEL.search(text)) if cut is not None]
    if not found:
        return text
    first = min(cut.start() for cut in found)
    if first < _BEGINNING:
        return text[max(cut.end() for cut in found) :].strip(" ,|:-–•")
    return text[:first].strip(" ,|:-–•")


def _near(outline: Outline, first: int) -> Iterator[Run]:
    """Short runs between the headline and the text, then those just before the headline."""
    if outline.headline < 0:
        return
    elements, runs = outline.elements, outline.runs
    headline = elements[outline.headline]
    for run in runs[headline.end : min(first + 1, headline.end + _MOST_RUNS)]:
        if len(run.text) <= _MOST_CHARS:
            yield run
    around = outline.headline
    for _ in range(_LEVELS):
        parent = elements[around].parent
        if parent <= 0:
            break
        around = parent
    begin = max(elements[around].first, headline.first - _MOST_BEFORE)
    for run in reversed(runs[begin : headline.first]):
        if len(run.text) <= _MOST_CHARS and elements[run.element].place is not Place.APART:
            yield run


def _marked_name(outline: Outline, run: Run, line: str) -> str:
    """The name in a line near the headline that a class or attribute says is an author's."""
    number = run.element
    if outline.elements[number].end - outline.elements[number].first > _LINES_OF_A_BOX:
        return ""
    marked = outline.elements[number].node.css_first(_MARKED)
    name = " ".join(marked.text().split())[:_MOST_CHARS] if marked is not None else ""
    if _NAMES.fullmatch(name):
        return name
    if len(line) > _NAME_CHARS or _NAMES.fullmatch(line) is None:
        return ""
    for _ in range(2):
        element = outline.elements[number]
        if element.end - element.first > _LINES_OF_A_BOX:
            break
        if element.tag == "address" or _is_named_author(element.node):
            return line
        number = max(element.parent, 0)
    return ""


def _is_named_author(node: LexborNode) -> bool:
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('itemprop') or ''}"
    return _AUTHOR_CLASS.search(names.lower()) is not None


def is_signature(outline: Outline, run: Run) -> bool:
    """Whether a text's last run is names set apart: to the right, or in bold, or by their class."""
    if len(run.text) > _NAME_CHARS or _NAMES.fullmatch(run.text) is None:
        return False
    element = outline.elements[run.element]
    if element.end - element.first > 1:
        return False
    attributes = element.node.attributes
    style = (attributes.get("style") or "").lower()
    is_right = "right" in style or (attributes.get("align") or "").lower() == "right"
    is_bold = element.node.css_first("b, strong") is not None
    return is_right or is_bold or _is_named_author(element.node)
