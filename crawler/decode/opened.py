"""Which elements are open after each tag, as the HTML Standard's tree construction has it.

Follows the standard (13.2.6) where it closes elements, and where that depends on more than names it
leaves them open: the count is an upper bound. Every step is O(1) but for what it pops. It builds no
tree and keeps no text.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

MAX_OPEN = 2_500  # 33,000 nested <div> take lexbor 2.4 s, 200,000 over a minute
MAX_WALKS = 50_000_000  # elements passed when looking for one to close; 6 ns each
MAX_REOPENED = 500_000  # formatting elements made anew; 0.3 us and 390 bytes each
_STEPS_OF_A_SEARCH = 8  # in the list of formatting; a step of ours costs that of eight of lexbor's

OPAQUE_NAMES = frozenset((b"svg", b"math", b"frameset", b"template"))
"""Elements in which a raw element's start tag may not switch the tokenizer."""

_RAW = frozenset(b"script style textarea title xmp iframe noembed noframes".split())
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param "
    b"source track wbr html body head".split()
)
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_HEADINGS = frozenset(b"h1 h2 h3 h4 h5 h6".split())
_CLOSES_P = _HEADINGS | frozenset(
    b"address article aside blockquote center details dir div dl fieldset figcaption figure footer "
    b"form header hgroup li dd dt listing main menu nav ol p plaintext pre section summary ul hr "
    b"xmp".split()
)
_TABLE_PARTS = frozenset(b"caption colgroup tbody thead tfoot tr td th".split())
_INTEGRATION = {  # foreign elements with HTML inside
    b"svg": frozenset((b"foreignobject", b"desc", b"title")),
    b"math": frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext")),
}
_EITHER = b"?"  # HTML inside or not, by attributes: everything counts there, and nothing closes
_EITHER_NAMES = frozenset((b"font", b"annotation-xml", b"mglyph", b"malignmark"))
_SCOPE = frozenset(b"applet caption table td th marquee object template select".split())
_MARKERS = frozenset(b"applet marquee object td th caption template".split())
_SPECIAL = (
    _CLOSES_P
    | _TABLE_PARTS
    | _SCOPE
    | frozenset(b"button frameset iframe noscript search dialog optgroup option".split())
)
_ENDS_IN_SCOPE = (_CLOSES_P - frozenset(b"form hr p plaintext xmp".split())) | frozenset(
    b"button applet marquee object select".split()
)  # their end tags close whatever is open inside; other end tags stop at a special element
_BREAKS_OUT = (
    _FORMATTING - {b"a", b"font"}
    | _HEADINGS
    | frozenset(
        b"blockquote body br center dd div dl dt embed head hr img li listing menu meta ol p pre "
        b"ruby span sub sup table ul var".split()
    )
)  # HTML that ends foreign content (13.2.6.5)
_GROUPS = (b"tbody", b"thead", b"tfoot")
_REOPENS_NOTHING = (
    _CLOSES_P
    | _TABLE_PARTS
    | frozenset(b"table template script style title noscript link meta base html body head".split())
)


class Tag(NamedTuple):
    """A tag as written. `name` is lower-case, and "" for a CDATA section."""

    name: bytes
    text: bytes  # the whole tag
    is_end: bool
    is_doubtful: bool  # a raw element or CDATA section whose inside looks like tags
    has_text_before: bool


@dataclass(slots=True)
class _Formatting:
    """An entry of the list of active formatting elements (13.2.4.3)."""

    tag: Tag
    marks_count: int  # markers before it in the list
    is_open: bool = True  # else the next text opens it anew
    is_listed: bool = True


class Opened:
    """The open elements of one page. `reason` says why it is refused, "" while it is not."""

    def __init__(self) -> None:
        self.reason = ""
        self._names: list[bytes] = []  # of the open elements; b"" where one was taken out
        self._kinds: list[bytes] = []  # b"svg", b"math", _EITHER, or b"" for HTML
        self._entries: list[_Formatting | None] = []
        self._at: defaultdict[bytes, list[int]] = defaultdict(list)  # places by name
        self._scope: list[int] = []  # places of elements nothing is closed across
        self._special: list[int] = []
        self._walls: list[int] = []  # of the special ones, where the search for an <li> ends
        self._active: list[_Formatting] = []
        self._active_by_name: defaultdict[bytes, list[_Formatting]] = defaultdict(list)
        self._alike_counts: Counter[tuple[int, bytes]] = Counter()
        self._marks: list[tuple[int, int]] = []  # place of a marker, length of _active there
        self._gaps_count = 0
        self._walks_count = 0
        self._reopened_count = 0
        self._options_count = 0
        self._opaque_count = 0

    def take(self, tag: Tag) -> None:
        """Open or close what this tag opens or closes."""
        if tag.is_doubtful and self._opaque_count:
            self.reason = "raw text inside svg, math or template hides tags"
            return
        if tag.has_text_before or not (tag.is_end or tag.name in _REOPENS_NOTHING):
            self._reopen()
        if tag.is_end:
            self._end(tag.name)
        elif tag.name:
            self._start(tag)
        depth = len(self._names) - self._gaps_count
        self._walks_count += depth
        if depth > MAX_OPEN:
            self.reason = f"more than {MAX_OPEN:,} elements are open at once"
        elif self._walks_count > MAX_WALKS:
            self.reason = f"closing elements takes more than {MAX_WALKS:,} steps"
        elif self._reopened_count > MAX_REOPENED:
            self.reason = f"formatting is reopened more than {MAX_REOPENED:,} times"

    def _start(self, tag: Tag) -> None:
        name = tag.name
        kind = self._kinds[-1] if self._kinds else b""
        is_foreign = self._is_in_foreign()
        is_math_only = kind == b"math" and name in (b"mglyph", b"malignmark")
        if kind == _EITHER or is_math_only or (is_foreign and name in _EITHER_NAMES):
            self._push(tag, kind=_EITHER)
            return
        if is_foreign:
            if name not in _BREAKS_OUT:
                if not tag.text.endswith(b"/>"):
                    self._push(tag, kind=kind)
                return
            self._leave_foreign()
        if name in _RAW or name in _VOID:
            self._close_p_for(name)
        elif name in _TABLE_PARTS:
            self._start_table_part(tag)
        else:
            self._start_other(tag)

    def _start_other(self, tag: Tag) -> None:
        name = tag.name
        if name in (b"li", b"dd", b"dt"):
            self._close_item(name)
        self._close_p_for(name)
        top = self._names[-1] if self._names else b""
        if (name in _HEADINGS and top in _HEADINGS) or (
            name in (b"option", b"optgroup") and top == b"option"
        ):
            self._pop_to(len(self._names) - 1)
        elif name == b"button" and self._nearest(name) > self._last(self._scope):
            self._pop_to(self._nearest(name))
        elif name in (b"a", b"nobr"):
            self._end_formatting(name)
        if name not in _REOPENS_NOTHING:
            self._reopen()  # what was just closed
        if name == b"option":
            self._options_count += 1
            self._walks_count += self._options_count
        kind = name if name in (b"svg", b"math") else b""
        if not (kind and tag.text.endswith(b"/>")):
            self._push(tag, kind=kind)

    def _start_table_part(self, tag: Tag) -> None:
        table, template = self._nearest(b"table"), self._nearest(b"template")
        if table < 0 and template < 0:
            return  # outside a table the tag is ignored
        if table > template:  # in a template it may be ignored too, and closes nothing then
            parents = [table]
            if tag.name in (b"td", b"th", b"tr"):
                parents += [self._nearest(group) for group in _GROUPS]
            if tag.name in (b"td", b"th"):
                parents.append(self._nearest(b"tr"))
            self._pop_to(max(parents) + 1)
        self._push(tag, kind=b"")

    def _end(self, name: bytes) -> None:
        if name in (b"html", b"body", b"head"):
            return
        if name in (b"p", b"br"):
            self._leave_foreign()
        place = self._nearest(name)
        if name in _FORMATTING and self._end_formatting(name):
            return
        if name == b"p":
            self._close_p_for(name)
        elif place < 0:
            return
        elif name in _TABLE_PARTS or name in (b"table", b"template"):
            if place >= max(self._nearest(b"table"), self._nearest(b"template")):
                self._pop_to(place)
        elif name == b"form":
            if place > self._last(self._scope):
                self._take_out(place)
        elif name in _ENDS_IN_SCOPE:
            lists = (b"ul", b"ol") if name == b"li" else ()
            if place >= max(self._last(self._scope), *map(self._nearest, lists), -1):
                self._pop_to(place)
        elif place >= self._last(self._special):
            self._pop_to(place)
            if name in (b"svg", b"math"):
                self._opaque_count -= 1

    def _end_formatting(self, name: bytes) -> bool:
        """13.2.6.4.7, the adoption agency: ends `name` even across blocks, which stay open.

        False when no such element is listed: then its end tag is like any other.
        """
        entries = self._active_by_name[name]
        if not entries or entries[-1].marks_count != len(self._marks):
            return False
        entry = entries[-1]
        if not entry.is_open:
            self._unlist(entry)
            return True
        place = self._nearest(name)
        while self._entries[place] is not entry:  # alike ones that are open but not listed
            self._walks_count += _STEPS_OF_A_SEARCH
            place = self._at[name][self._at[name].index(place) - 1]
        if place > self._last(self._scope):
            self._unlist(entry)
            if place > self._last(self._special):
                self._pop_to(place)
            else:
                self._take_out(place)
        return True

    def _close_p_for(self, name: bytes) -> None:
        if name in _CLOSES_P:
            place = self._nearest(b"p")
            if place > max(self._last(self._scope), self._nearest(b"button")):
                self._pop_to(place)

    def _close_item(self, name: bytes) -> None:
        siblings = (b"li",) if name == b"li" else (b"dd", b"dt")
        place = self._last(self._walls)
        if place >= 0 and self._names[place] in siblings:
            self._pop_to(place)

    def _is_in_foreign(self) -> bool:
        kind = self._kinds[-1] if self._kinds else b""
        return kind in _INTEGRATION and self._names[-1] not in _INTEGRATION[kind]

    def _leave_foreign(self) -> None:
        """HTML inside svg or math closes it, up to an element that may hold HTML."""
        place = len(self._names)
        while place:
            kind, name = self._kinds[place - 1], self._names[place - 1]
            if kind not in _INTEGRATION or name in _INTEGRATION[kind]:
                break
            place -= 1
        self._pop_to(place)

    def _push(self, tag: Tag, *, kind: bytes) -> None:
        name, place = tag.name, len(self._names)
        self._names.append(name)
        self._kinds.append(kind)
        self._entries.append(None)
        self._at[name].append(place)
        is_hole = name in _INTEGRATION.get(kind, ()) or (kind == _EITHER and name in _EITHER_NAMES)
        if is_hole or (kind not in _INTEGRATION and name in _SPECIAL):
            self._special.append(place)
            if name not in (b"address", b"div", b"p"):
                self._walls.append(place)
            if is_hole or name in _SCOPE:
                self._scope.append(place)
        if name in OPAQUE_NAMES:
            self._opaque_count += 1
        if name in _MARKERS and not kind:
            self._marks.append((place, len(self._active)))
        elif name in _FORMATTING and kind not in _INTEGRATION:
            self._entries[place] = self._list(tag)

    def _pop_to(self, place: int) -> None:
        """Close everything from `place` on; formatting closed so stays listed."""
        while len(self._names) > place:
            name, kind = self._names.pop(), self._kinds.pop()
            entry = self._entries.pop()
            top = len(self._names)
            if name:
                self._at[name].pop()
            else:
                self._gaps_count -= 1
            for places in (self._scope, self._special, self._walls):
                if places and places[-1] == top:
                    places.pop()
            if entry:
                entry.is_open = False
            if self._marks and self._marks[-1][0] == top:
                count = self._marks[-1][1]
                while len(self._active) > count:
                    self._unlist(self._active[-1])
                self._marks.pop()
            if name == b"select":
                self._options_count = 0
            if name == b"template" and not kind:
                self._opaque_count -= 1

    def _list(self, tag: Tag) -> _Formatting:
        """Put a formatting element on the list, where at most three alike stand."""
        entry = _Formatting(tag=tag, marks_count=len(self._marks))
        key = (entry.marks_count, tag.text)
        if self._alike_counts[key] >= 3:
            start = self._marks[-1][1] if self._marks else 0
            first = next(
                place for place in range(start, len(self._active))
                if self._active[place].tag.text == tag.text
            )  # fmt: skip
            self._walks_count += _STEPS_OF_A_SEARCH * (first - start + 1)
            self._unlist(self._active[first])
        self._alike_counts[key] += 1
        self._active.append(entry)
        self._active_by_name[tag.name].append(entry)
        return entry

    def _unlist(self, entry: _Formatting) -> None:
        """Take an entry off the list; cheap when it is near the end."""
        entry.is_listed = False
        self._alike_counts[entry.marks_count, entry.tag.text] -= 1
        for entries in (self._active, self._active_by_name[entry.tag.name]):
            place = len(entries) - 1
            while entries[place] is not entry:
                place -= 1
            self._walks_count += _STEPS_OF_A_SEARCH * (len(entries) - place)
            del entries[place]

    def _reopen(self) -> None:
        """13.2.4.3: text opens anew the formatting at the end of the list that is not open."""
        start = len(self._active)
        floor = self._marks[-1][1] if self._marks else 0
        while start > floor and not self._active[start - 1].is_open:
            start -= 1
        if start == len(self._active) or self._is_in_foreign():
            return
        self._reopened_count += len(self._active) - start
        for entry in self._active[start:]:
            place = len(self._names)
            self._names.append(entry.tag.name)
            self._kinds.append(b"")
            self._entries.append(entry)
            self._at[entry.tag.name].append(place)
            entry.is_open = True

    def _take_out(self, place: int) -> None:
        """Close the element at `place` alone."""
        self._at[self._names[place]].remove(place)
        self._names[place] = b""
        self._gaps_count += 1
        if entry := self._entries[place]:
            entry.is_open = False
            self._entries[place] = None

    def _nearest(self, name: bytes) -> int:
        return self._last(self._at[name])

    @staticmethod
    def _last(places: list[int]) -> int:
        return places[-1] if places else -1
