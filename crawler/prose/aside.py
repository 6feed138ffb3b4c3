"""What on a page is no part of an article's text, by names, labels and order. Pure."""

from core.text import fold
from crawler.prose.outline import Element, Outline, Run
from crawler.prose.parts import sums
from crawler.prose.words import COMMENT_LABEL, READ_MORE, RELATED_LABEL, Place

_TEXT_ASIDE = 400  # running text that a related list does not have
_LEAST_BEFORE = 80  # running text above a label of comments
_LEAST_ABOVE = 200  # running text above what can be its comments
_LABEL_CHARS, _LABEL_LEVELS = 60, 6
_LEAD_CHARS = 250  # of a line that leads to one other article
_LABELLED_SIZE = 10  # of a scrap between labelled links: a day, a number
_TITLE_SIZE = 15  # of a link that is an article's title
_LEAST_TEASERS = 3  # in a row
_CARD_RUNS, _CARD_TEXTS, _CARD_SIZE = 8, 2, 600
_ITEM_RUNS = 12
_BOXES = frozenset(("article", "div", "li", "section", "td"))


def put_away(outline: Outline, least: Place) -> None:
    """Mark the runs that are no part of the text, by places from `least` on."""
    for run in outline.runs:
        run.is_away = run.is_teaser = False
    text = sums(run.weight for run in outline.runs)
    links = sums(run.link_size for run in outline.runs)
    sizes = sums(run.size for run in outline.runs)
    number = 0
    while number < len(outline.elements):
        element = outline.elements[number]
        is_away = element.place >= least
        if is_away and element.place is Place.ASIDE:
            first, end = element.first, element.end
            told = text[end] - text[first]
            is_all = element.tag == "form" and 2 * told > text[-1]  # one form around the page
            has_links = 5 * (links[end] - links[first]) > sizes[end] - sizes[first]
            is_away = not is_all and (told < _TEXT_ASIDE or has_links)
        is_card = not is_away and _is_card(outline, element)
        for run in outline.runs[element.first : element.end] if is_away or is_card else ():
            run.is_away, run.is_teaser = True, is_card
        number = element.after if is_away or is_card else number + 1
    _follow_labels(outline, text)
    _pass_over_items(outline)
    _pass_over_teasers(outline)


def _is_card(outline: Outline, element: Element) -> bool:
    """Whether a box introduces an article elsewhere: a heading that is a link, and a few lines."""
    if element.tag not in _BOXES or not 1 < element.end - element.first <= _CARD_RUNS:
        return False
    if outline.headline >= 0 and element.place is Place.OPEN:
        begin = outline.elements[outline.headline].first
        if element.first <= begin < element.end:
            return False
    title, *others = outline.runs[element.first : element.end]
    told = [run.weight for run in others if run.weight]
    is_title = title.is_heading and title.is_link and title.size >= _TITLE_SIZE
    return is_title and len(told) <= _CARD_TEXTS and sum(told) <= _CARD_SIZE


def _mark(outline: Outline, first: int, end: int) -> None:
    for run in outline.runs[first:end]:
        run.is_away = True


def _follow_labels(outline: Outline, text: list[int]) -> None:
    """Put away what a label names: comments below it, links to other articles after it.

    A label of comments that is a link, or stands above the text, leads to them. `text` sums up
    the runs' weights.
    """
    begin = outline.elements[outline.headline].end if outline.headline >= 0 else 0
    for number, run in enumerate(outline.runs):
        if run.is_away or len(run.text) > (_LEAD_CHARS if run.link_size else _LABEL_CHARS):
            continue
        key = fold(run.text)
        if run.link_size and READ_MORE.match(key):
            run.is_away = True
            continue
        is_below = text[number] - text[min(begin, number)] >= _LEAST_BEFORE
        if is_below and not run.is_led_away and COMMENT_LABEL.fullmatch(key):
            around = outline.elements[_label_box(outline, number)].parent
            _mark(outline, number, outline.elements[max(around, 0)].end)
        elif RELATED_LABEL.fullmatch(key):
            run.is_away = True
            _mark_links_after(outline.runs, number)


def _mark_links_after(runs: list[Run], number: int) -> None:
    """What a label of other articles heads: links, and scraps between them."""
    for after in range(number + 1, len(runs)):
        run = runs[after]
        if not run.is_link and (run.is_heading or run.size > _LABELLED_SIZE):
            break
        run.is_away = True


def _label_box(outline: Outline, number: int) -> int:
    """The outermost block that holds the label alone."""
    elements = outline.elements
    box = outline.runs[number].element
    for _ in range(_LABEL_LEVELS):
        parent = elements[box].parent
        if parent <= 0 or elements[parent].end - elements[parent].first > 1:
            break
        box = parent
    return box


def _pass_over_teasers(outline: Outline) -> None:
    """A text between two titles that are links introduces an article elsewhere.

    Three of them in a row are a list; one or two may be an article's text between links.
    """
    told = [run for run in outline.runs if not run.is_away and (run.is_link or run.weight)]
    row: list[Run] = []
    for number, run in enumerate(told):
        if run.is_link:
            continue
        before = told[number - 1] if number else None
        after = told[number + 1] if number + 1 < len(told) else None
        is_led = before is not None and _leads_to(outline, before, run)
        if is_led:
            row.append(run)
        if not is_led or (after is not None and not after.is_link) or after is None:
            _tease(row[:-1] if is_led and after is not None else row)
            row = []
    _tease(row)


def _pass_over_items(outline: Outline) -> None:
    """Below a text, three boxes of one look with a text and scraps each are comments or teasers.

    Boxes that begin with a heading are sections of the text; what stands first is the text itself.
    """
    elements, runs = outline.elements, outline.runs
    begin = elements[outline.headline].end if outline.headline >= 0 else 0
    texts = sums(run.weight if not run.is_away else 0 for run in runs)
    told = sums(run.weight > 0 and not run.is_away for run in runs)
    groups: dict[tuple[int, str, str], list[Element]] = {}
    for element in elements:
        count = element.end - element.first
        if 2 <= count <= _ITEM_RUNS and 0 < told[element.end] - told[element.first] < count:
            title = runs[element.first]
            if title.is_link or not title.is_heading:
                groups.setdefault((element.parent, element.tag, element.names), []).append(element)
    for items in groups.values():
        first = items[0].first
        is_below = texts[first] - texts[min(begin, first)] >= _LEAST_ABOVE
        if len(items) >= _LEAST_TEASERS and is_below and told[first] - told[min(begin, first)] > 1:
            for item in items:
                _mark(outline, item.first, item.end)


def _leads_to(outline: Outline, title: Run, run: Run) -> bool:
    """Whether a link can be the title of what follows it; two paragraphs in a row are text."""
    if not title.is_link or title.size < _TITLE_SIZE:
        return False
    above, below = outline.elements[title.element], outline.elements[run.element]
    if above.tag != "p" or below.tag != "p" or above.parent != below.parent:
        return True
    around = outline.elements[above.parent]
    return around.end - around.first <= _CARD_RUNS


def _tease(row: list[Run]) -> None:
    if len(row) >= _LEAST_TEASERS:
        for run in row:
            run.is_teaser = True
