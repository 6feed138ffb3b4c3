"""Which block of a page holds the main text. Pure."""

from core.text import fold
from crawler.prose.outline import Element, Outline, Run
from crawler.prose.parts import Prose, sums, told
from crawler.prose.words import COMMENT_LABEL, RELATED_LABEL, Place

_DECAY = 0.7  # of a text's weight for every level that it stands deeper
_LEAST_NEAR = 150  # weight near the headline that can be an article's text
_LEAST_UNBELIEVED = 600  # running text of an article that names say is none
_FAR_BETTER = 3  # times the weight that beats nearness
_TEXT_ASIDE = 400  # running text that a related list does not have
_LEAST_SPLIT = 80  # running text beside the best block that makes one around it the better
_LEAST_PART = 250  # running text before the best block that is more than a lead
_SPLIT_LEVELS, _LEAD_LEVELS = 2, 8
_HOLDER_LEVELS = 12  # of lists in lists
_LABEL_CHARS, _LABEL_LEVELS = 60, 6
_TITLE_SIZE = 15  # of a link that is an article's title
_LEAST_TEASERS = 3  # in a row
_CARD_RUNS = 5
_BOXES = frozenset(("article", "div", "li", "section", "td"))
_THROUGH = frozenset(  # a text's weight falls to what stands around these
    (
        "p", "li", "ul", "ol", "dl", "dd", "dt", "blockquote", "tr", "tbody", "thead", "figure",
        "figcaption", "pre", "center", "b", "strong", "span", "font",
    )
)  # fmt: skip


def choose(outline: Outline) -> Prose | None:
    """The main text of an outline; None when it has no running text at all.

    When believing the names of blocks leaves no article below the headline, they are not believed.
    """
    _put_away(outline, Place.ASIDE)
    found = _Choice(outline).prose()
    if (found is None or not found.is_article) and outline.headline >= 0:
        _put_away(outline, Place.APART)
        again = _Choice(outline).prose()
        if again is not None and again.is_article and again.size >= _LEAST_UNBELIEVED:
            return again
    return found


# --- what names, labels and order say ----------------------------------------------------------


def _put_away(outline: Outline, least: Place) -> None:
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
            is_text = text[end] - text[first] >= _TEXT_ASIDE
            is_away = not is_text or 5 * (links[end] - links[first]) > sizes[end] - sizes[first]
        is_card = not is_away and _is_card(outline, element)
        for run in outline.runs[element.first : element.end] if is_away or is_card else ():
            run.is_away, run.is_teaser = True, is_card
        number = element.after if is_away or is_card else number + 1
    _follow_labels(outline, text)
    _pass_over_teasers(outline)


def _is_card(outline: Outline, element: Element) -> bool:
    """Whether a box introduces an article elsewhere: a heading that is a link, and a few lines."""
    if element.tag not in _BOXES or not 1 < element.end - element.first <= _CARD_RUNS:
        return False
    title = outline.runs[element.first]
    return title.is_heading and title.is_link and title.size >= _TITLE_SIZE


def _mark(outline: Outline, first: int, end: int) -> None:
    for run in outline.runs[first:end]:
        run.is_away = True


def _follow_labels(outline: Outline, text: list[int]) -> None:
    """Put away what a label names: comments below it, links to other articles after it.

    A label of comments above the text is a link to them. `text` sums up the runs' weights.
    """
    begin = outline.elements[outline.headline].end if outline.headline >= 0 else 0
    for number, run in enumerate(outline.runs):
        if run.is_away or len(run.text) > _LABEL_CHARS:
            continue
        key = fold(run.text)
        if COMMENT_LABEL.fullmatch(key) and text[number] - text[min(begin, number)] >= _LEAST_SPLIT:
            around = outline.elements[_label_box(outline, number)].parent
            _mark(outline, number, outline.elements[max(around, 0)].end)
        elif RELATED_LABEL.fullmatch(key):
            run.is_away = True
            for after in outline.runs[number + 1 :]:
                if not after.is_link and after.size > _TITLE_SIZE:
                    break
                after.is_away = True


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


def _leads_to(outline: Outline, title: Run, run: Run) -> bool:
    """Whether a link can be the title of what follows it; two paragraphs in a row are text."""
    if not title.is_link or title.size < _TITLE_SIZE:
        return False
    above, below = outline.elements[title.element], outline.elements[run.element]
    return not (above.tag == below.tag == "p" and above.parent == below.parent)


def _tease(row: list[Run]) -> None:
    if len(row) >= _LEAST_TEASERS:
        for run in row:
            run.is_teaser = True


def _forget_repeated(runs: list[Run], weights: list[int]) -> None:
    """A text that stands twice on a page is told once, where it stands first."""
    seen: set[str] = set()
    for number, run in enumerate(runs):
        if weights[number]:
            weights[number] = 0 if run.text in seen else weights[number]
            seen.add(run.text)


# --- which block ----------------------------------------------------------------------------------


class _Choice:
    """The choice of a block out of an outline whose runs are marked."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.elements, self.runs = outline.elements, outline.runs
        self.headline = outline.headline
        weights = [0 if run.is_away or run.is_teaser else run.weight for run in self.runs]
        self.first = 0  # the first run after the headline, when there is text to be read after it
        if self.headline >= 0:
            end = self.elements[self.headline].end
            self.first = end if sum(weights[end:]) >= _LEAST_NEAR // 2 else 0
            weights[: self.first] = [0] * self.first
        _forget_repeated(self.runs, weights)
        self.weights = weights
        self.text = sums(weights)
        self.sizes = sums(run.size for run in self.runs)

    def prose(self) -> Prose | None:
        """The text; None when there is none."""
        best = self._best()
        if best < 0:
            return None
        core = self._with_other_parts(best)
        return told(self.outline, self.weights, core=core, block=self._with_lead(core))

    def _holder(self, run: Run) -> int:
        """The block that a paragraph's weight counts for: what holds it and its like."""
        number = run.element
        for _ in range(_HOLDER_LEVELS):
            element = self.elements[number]
            is_paragraph = element.end - element.first == 1
            if element.parent < 0 or not (is_paragraph or element.tag in _THROUGH):
                break
            number = element.parent
            if is_paragraph and element.tag not in _THROUGH:
                break
        return number

    def _gathered(self) -> tuple[list[float], list[int]]:
        """Of every block the weight it gathers, and the block in it (or itself) with the most."""
        gathered = [0.0] * len(self.elements)
        for run, weight in zip(self.runs, self.weights, strict=True):
            if weight:
                gathered[self._holder(run)] += weight
        for number in range(len(self.elements) - 1, 0, -1):
            gathered[self.elements[number].parent] += _DECAY * gathered[number]
        most = list(range(len(self.elements)))
        for number in range(len(self.elements) - 1, 0, -1):
            parent = self.elements[number].parent
            if gathered[most[number]] >= gathered[most[parent]]:
                most[parent] = most[number]
        return gathered, most

    def _best(self) -> int:
        """The block that gathers the text; -1 when there is none. What is near the headline wins
        over what gathers more, unless that is far more.
        """
        gathered, most = self._gathered()
        if not gathered[most[0]]:
            return -1
        best, number = -1, self.headline
        while number >= 0:
            inner = most[number]
            if best < 0:
                best = inner if gathered[inner] >= _LEAST_NEAR else -1
            elif inner != best:
                is_around = inner <= best < self.elements[inner].after
                if gathered[inner] > gathered[best] * (1 if is_around else _FAR_BETTER):
                    best = inner
            number = self.elements[number].parent
        return best if best >= 0 else most[0]

    def _with_other_parts(self, best: int) -> int:
        """A block around it when the text goes on there, before or after it."""
        outer, levels_count = best, 0
        for _ in range(_LEAD_LEVELS):
            inner = self.elements[outer]
            outer = inner.parent
            if outer <= 0 or levels_count == _SPLIT_LEVELS:
                break
            around = self.elements[outer]
            levels_count += inner.end - inner.first < around.end - around.first
            if self._has_more(outer, best):
                best = outer
        return best

    def _has_more(self, outer: int, best: int) -> bool:
        """Whether a block beside `best` is running text for the most part."""
        number = outer + 1
        while number < self.elements[outer].after:
            element = self.elements[number]
            if not number <= best < element.after:
                text = self._text_in(element.first, element.end)
                least = _LEAST_SPLIT if number > best else _LEAST_PART
                if text >= least and text * 10 >= 6 * self._size_in(element):
                    return True
            number = number + 1 if number < best < element.after else element.after
        return False

    def _size_in(self, element: Element) -> int:
        return self.sizes[element.end] - self.sizes[element.first]

    def _with_lead(self, best: int) -> int:
        """A block around it when text or a caption stands between it and the headline."""
        outer = best
        for _ in range(_LEAD_LEVELS if self.first else 0):
            outer = self.elements[outer].parent
            if outer <= 0:
                break
            between = range(self.elements[outer].first, self.elements[best].first)
            if any(self.weights[number] for number in between):
                best = outer
        return best

    def _text_in(self, first: int, end: int) -> int:
        return self.text[end] - self.text[first]
