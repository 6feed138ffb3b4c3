"""Which block of a page holds the main text. Pure."""

from bisect import bisect_left
from dataclasses import replace

from crawler.prose.aside import put_away
from crawler.prose.outline import Element, Outline, Run
from crawler.prose.parts import Prose, sums, told
from crawler.prose.words import Place

_DECAY = 0.7  # of a text's weight for every level that it stands deeper
_LEAST_NEAR = 150  # weight near the headline that can be an article's text
_LEAST_HEADED = 250  # running text of an article below a heading that no title repeats
_LEAST_UNBELIEVED = 400  # running text of an article that names say is none
_SURELY_NEAR, _LEAD_SIZE = 300, 700  # running text that is no lead: of several runs, of one
_LEAD_PARAGRAPHS = 2
_LIST_LINKS = 5
_FAR_BETTER = 3  # times the weight that beats nearness
_LEAST_SPLIT = 80  # running text beside the best block that makes one around it the better
_LEAST_PART = 250  # running text before the best block that is more than a lead
_SPLIT_LEVELS, _LEAD_LEVELS = 2, 8
_HOLDER_LEVELS = 12  # of lists in lists
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
    has_headline = outline.headline >= 0
    put_away(outline, Place.ASIDE)
    found = _Choice(outline).prose()
    if found is not None and found.heading:  # it is the headline then, as far as that is known
        again = _Choice(outline).prose()
        assert again is not None
        is_article = again.is_article and again.size >= _LEAST_HEADED
        return replace(again, heading=found.heading, is_article=is_article)
    if (found is None or not found.is_article) and has_headline:
        put_away(outline, Place.APART)
        again = _Choice(outline).prose()
        if again is not None and again.is_article and again.size >= _LEAST_UNBELIEVED:
            return again
    return found


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
        self.told = [number for number, weight in enumerate(weights) if weight]
        self.holders: dict[int, int] = {}  # of every run of running text
        self.links = sums(run.is_link for run in self.runs)
        self.sizes = sums(run.size for run in self.runs)

    def prose(self) -> Prose | None:
        """The text; None when there is none."""
        best = self._best()
        if best < 0:
            return None
        core = self._with_other_parts(self._without_others(best))
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
        for number in self.told:
            self.holders[number] = self._holder(self.runs[number])
            gathered[self.holders[number]] += self.weights[number]
        for number in range(len(self.elements) - 1, 0, -1):
            gathered[self.elements[number].parent] += _DECAY * gathered[number]
        most = list(range(len(self.elements)))
        for number in range(len(self.elements) - 1, 0, -1):
            parent = self.elements[number].parent
            if gathered[most[number]] >= gathered[most[parent]]:
                most[parent] = most[number]
        return gathered, most

    def _best(self) -> int:
        """The block that gathers the text; -1 when there is none.

        From the headline outwards, the first one that gathers enough. When that is short, it can
        have been a lead: one farther out may be better, unless links stand between.
        """
        gathered, most = self._gathered()
        if not gathered[most[0]]:
            return -1
        best, number = -1, self.headline
        while number >= 0:
            inner = most[number]
            if best < 0:
                best = inner if gathered[inner] >= _LEAST_NEAR else -1
            elif self._is_sure(best):
                break
            elif inner != best:
                is_around = inner <= best < self.elements[inner].after
                is_better = gathered[inner] > gathered[best] * (1 if is_around else _FAR_BETTER)
                if is_better and not self._is_parted(best, inner):
                    best = inner
            number = self.elements[number].parent
        return best if best >= 0 else most[0]

    def _without_others(self, best: int) -> int:
        """The block inside it that holds the text, when it only holds a lead and others besides."""
        for _ in range(_LEAD_LEVELS):
            inner, most, number = -1, 0, best + 1
            while number < self.elements[best].after:
                if self._text_of(number) > most:
                    inner, most = number, self._text_of(number)
                number = self.elements[number].after
            if inner < 0 or not self._is_all_but_lead(inner, best) or self._has_more(best, inner):
                break
            best = inner
        return best

    def _is_all_but_lead(self, inner: int, best: int) -> bool:
        """Whether a part of a block is its text: a lead at most before it, no paragraphs after."""
        part, whole = self.elements[inner], self.elements[best]
        first, end = bisect_left(self.told, part.first), bisect_left(self.told, part.end)
        begin, after = bisect_left(self.told, whole.first), bisect_left(self.told, whole.end)
        before = self._text_in(whole.first, part.first)
        return (
            end - first > 1
            and 2 * self._text_of(inner) >= self._text_of(best)
            and first - begin <= _LEAD_PARAGRAPHS
            and before <= _LEAD_SIZE
            and all(self.holders[number] != best for number in self.told[end:after])
        )

    def _is_sure(self, best: int) -> bool:
        """Whether a block near the headline holds more than a lead."""
        element = self.elements[best]
        return self._text_of(best) >= (_SURELY_NEAR if self._told_in(element) > 1 else _LEAD_SIZE)

    def _is_parted(self, best: int, other: int) -> bool:
        """Whether a list of links stands between a block and the text of `other` after it."""
        end = self.elements[best].end
        following = bisect_left(self.told, end)
        if following == len(self.told) or self.told[following] >= self.elements[other].end:
            return False
        begin = max(self.told[following], self.elements[other].first)
        return begin > end and self.links[begin] - self.links[end] >= _LIST_LINKS

    def _with_other_parts(self, best: int) -> int:
        """A block around it when the text goes on there, before or after it."""
        outer, levels_count = best, 0
        for _ in range(_LEAD_LEVELS):
            inner = self.elements[outer]
            outer = inner.parent
            if outer < 0 or levels_count == _SPLIT_LEVELS:
                break
            around = self.elements[outer]
            levels_count += inner.end - inner.first < around.end - around.first
            if self._has_more(outer, best) and not self._is_parted(best, outer):
                best = outer
        return best

    def _has_more(self, outer: int, best: int) -> bool:
        """Whether a block beside `best` is running text for the most part.

        Where the headline stands, and when there is none, it has to look like the block that holds
        `best`: notes at the foot of a page are text too.
        """
        is_far = self.headline < 0 or outer <= self.headline < self.elements[outer].after
        parts: list[Element] = []
        own: Element | None = None
        number = outer + 1
        while number < self.elements[outer].after:
            element = self.elements[number]
            if number <= best < element.after:
                own = own or element
                number = number + 1 if not is_far and number < best else element.after
                continue
            text = self._text_of(number)
            least = _LEAST_SPLIT if number > best else _LEAST_PART
            links = self.links[element.end] - self.links[element.first]
            is_text = text * 10 >= 6 * self._size_in(element) and 4 * links <= self._told_in(
                element
            )
            if text >= least and is_text:
                parts.append(element)
            number = element.after
        if not is_far or own is None:
            return bool(parts)
        return any(part.tag == own.tag and part.names == own.names for part in parts)

    def _text_of(self, number: int) -> int:
        return self._text_in(self.elements[number].first, self.elements[number].end)

    def _told_in(self, element: Element) -> int:
        return bisect_left(self.told, element.end) - bisect_left(self.told, element.first)

    def _links_in(self, element: Element) -> int:
        return self.links[element.end] - self.links[element.first]

    def _size_in(self, element: Element) -> int:
        return self.sizes[element.end] - self.sizes[element.first]

    def _with_lead(self, best: int) -> int:
        """A block around it when text or a caption stands between it and the headline."""
        outer = best
        for _ in range(_LEAD_LEVELS if self.first else 0):
            outer = self.elements[outer].parent
            if outer < 0:
                break
            between = range(self.elements[outer].first, self.elements[best].first)
            if any(self.weights[number] for number in between):
                best = outer
        return best

    def _text_in(self, first: int, end: int) -> int:
        return self.text[end] - self.text[first]
