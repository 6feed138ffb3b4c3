"""Which elements are open after each tag, as the HTML Standard's tree construction has it.

Follows the standard (13.2.6) where it opens and closes elements, without building a tree: an
element it left open in error would soon close others in error, and hide what is really open. Where
it must guess (tables in templates, framesets) elements count but close nothing. Every step is O(1)
but for what it pops, or is counted as work.
"""

from bisect import bisect_right
from collections import Counter, defaultdict

from crawler.decode import elements as known
from crawler.decode.elements import Formatting, Tag, most_attributes

MAX_OPEN = 2_500  # 33,000 nested <div> take lexbor 2.4 s, 200,000 over a minute
MAX_WALKS = 50_000_000  # elements passed when looking for one, or moved; 6 ns each
MAX_REOPENED = 500_000  # formatting elements made anew; 0.3 us and 390 bytes each
MAX_FRAMESETS = 100  # in a frameset most other tags are ignored, which is not followed
_STEPS_OF_A_SEARCH = 8  # in the list of formatting; a step of ours costs that of eight of lexbor's
_ADOPTIONS = 8  # 13.2.6.4.7, step 4
_STEPS_OF_A_MOVE = 2  # for each node in the element that is moved
_BYTES_OF_A_STEP = 32  # of text that is copied, because text from a table is put behind it


class Opened:
    """The open elements of one page. `reason` says why it is refused, "" while it is not."""

    def __init__(self, bytes_count: int) -> None:
        self.reason = ""
        self._copying = bytes_count // _BYTES_OF_A_STEP  # of a text all others are added to
        self._names: list[bytes] = []  # of the open elements; b"" where one was taken out
        self._kinds: list[bytes] = []  # b"svg", b"math", or b"" for HTML
        self._holes: list[bool] = []  # whether a foreign element holds HTML
        self._born: list[int] = []  # how many nodes there were when the element was opened
        self._entries: list[Formatting | None] = []
        self._at: defaultdict[bytes, list[int]] = defaultdict(list)  # places by name
        self._html: list[int] = []  # places of elements that are not foreign
        self._scope: list[int] = []  # places of elements nothing is closed across
        self._special: list[int] = []
        self._walls: list[int] = []  # of the special ones, where the search for an <li> ends
        self._active: list[Formatting] = []
        self._active_by_name: defaultdict[bytes, list[Formatting]] = defaultdict(list)
        self._alike_counts: Counter[tuple[int, bytes]] = Counter()
        self._attributes_counts: Counter[tuple[int, bytes]] = Counter()  # of those of one name
        self._marks: list[tuple[int, int]] = []  # place of a marker, length of _active there
        self._gaps_count = 0
        self._walks_count = 0
        self._reopened_count = 0
        self._nodes_count = 0
        self._opaque_count = 0
        self._framesets_count = 0

    def take(self, tag: Tag) -> None:
        """Open or close what this tag opens or closes."""
        if tag.is_doubtful and self._opaque_count:
            self.reason = "raw text inside svg, math or template hides tags"
            return
        is_fostered = bool(tag.text_before and self._names) and self._names[-1] in known.FOSTERS
        if is_fostered and tag.text_before.strip(known.WHITE_SPACE):
            self._walks_count += self._copying
        if tag.text_before or not (tag.is_end or tag.name in known.REOPENS_NOTHING):
            self._reopen()
        if tag.is_end:
            self._end(tag.name)
        else:
            self._nodes_count += 1
            if tag.name:
                self._start(tag)
        depth = len(self._names) - self._gaps_count
        self._walks_count += depth
        if depth > MAX_OPEN:
            self.reason = f"more than {MAX_OPEN:,} elements are open at once"
        elif self._framesets_count > MAX_FRAMESETS:
            self.reason = f"more than {MAX_FRAMESETS} framesets"
        elif self._walks_count > MAX_WALKS:
            self.reason = f"closing elements takes more than {MAX_WALKS:,} steps"
        elif self._reopened_count > MAX_REOPENED:
            self.reason = f"formatting is reopened more than {MAX_REOPENED:,} times"

    def _start(self, tag: Tag) -> None:
        name = tag.name
        kind = self._kinds[-1] if self._kinds else b""
        if kind == b"math" and name in known.MATH_IN_TEXT:
            self._push(tag, kind=kind)
            return
        is_svg_in_annotation = name == b"svg" and self._names[-1:] == [b"annotation-xml"]
        if self._is_in_foreign() and not is_svg_in_annotation:
            if name == b"option" and b"selected" in tag.text.lower():
                self.reason = "a selected option in svg or math overflows the parser's memory"
            if not known.breaks_out(tag):
                if not tag.text.endswith(b"/>"):
                    self._push(tag, kind=kind)
                return
            self._leave_foreign()
        if name in known.RAW or name in known.VOID:
            self._close_p_for(name)
            if name == b"input" and self._has_select():
                self._pop_to(self._nearest(b"select"))
            elif name == b"hr" and self._has_select():
                self._close_implied()
        elif name in known.TABLE_PARTS:
            self._start_table_part(tag)
        else:
            self._start_other(tag)

    def _start_other(self, tag: Tag) -> None:
        name = tag.name
        if name == b"select" and self._has_select():
            self._pop_to(self._nearest(name))
            return
        if name == b"table":
            self._shut_p()
        elif name == b"frameset":
            self._framesets_count += 1
        elif name in (b"li", b"dd", b"dt"):
            self._close_item(name)
        self._close_p_for(name)
        self._close_like(name)
        if name not in known.REOPENS_NOTHING:
            self._reopen()  # what was just closed
        if name == b"option" and (select := self._nearest(b"select")) >= 0:
            self._walks_count += self._nodes_count - self._born[select]
        kind = name if name in (b"svg", b"math") else b""
        if not (kind and tag.text.endswith(b"/>")):
            self._push(tag, kind=kind, is_closable=name != b"frameset")

    def _close_like(self, name: bytes) -> None:
        """What a start tag closes because it is of the same sort."""
        top = self._names[-1] if self._names else b""
        if name in known.HEADINGS and top in known.HEADINGS:
            self._pop_to(len(self._names) - 1)
        elif name in (b"option", b"optgroup"):
            if self._has_select():
                self._close_implied(but=b"optgroup" if name == b"option" else b"")
            elif top == b"option":
                self._pop_to(len(self._names) - 1)
        elif name in (b"rb", b"rtc", b"rp", b"rt"):
            if self._nearest(b"ruby") > self._last(self._scope):
                self._close_implied(but=b"rtc" if name in (b"rp", b"rt") else b"")
        elif name == b"button" and self._nearest(name) > self._last(self._scope):
            self._pop_to(self._nearest(name))
        elif name in (b"a", b"nobr"):
            self._end_formatting(name)

    def _start_table_part(self, tag: Tag) -> None:
        name = tag.name
        table, template = self._nearest(b"table"), self._nearest(b"template")
        if table < 0 and template < 0:
            return  # outside a table the tag is ignored
        if template > table:  # there it may be ignored too
            self._push(tag, kind=b"", is_closable=False)
            return
        group = max(self._nearest(part) for part in known.TABLE_GROUPS)
        row = self._nearest(b"tr")
        if name in (b"td", b"th") and row > table:
            self._pop_to(row + 1)
        elif name in (b"td", b"th", b"tr"):
            self._pop_to(max(group, table) + 1)
            if group < table:
                self._push(Tag(b"tbody", b"", False, False, b""), kind=b"")
            if name != b"tr":
                self._push(Tag(b"tr", b"", False, False, b""), kind=b"")
        else:
            self._pop_to(table + 1)
        self._push(tag, kind=b"")

    def _end(self, name: bytes) -> None:
        if name in (b"html", b"body", b"head"):
            return
        if name in (b"p", b"br"):
            self._leave_foreign()
        place = self._nearest(name)
        if place > self._last(self._html):  # every element above it is foreign
            self._pop_to(place)
            if name in (b"svg", b"math"):
                self._opaque_count -= 1
        elif name in known.FORMATTING and self._end_formatting(name):
            return
        elif name == b"p":
            self._close_p_for(name)
        elif name in known.HEADINGS:
            place = max(self._nearest(heading) for heading in known.HEADINGS)
            if place > self._last(self._scope):
                self._pop_to(place)
        elif place >= 0:
            self._end_open(name, place)

    def _end_open(self, name: bytes, place: int) -> None:
        """An end tag whose element is open at `place`, and nothing special."""
        if name in known.TABLE_PARTS or name in (b"table", b"template"):
            if place >= max(self._nearest(b"table"), self._nearest(b"template")):
                self._pop_to(place)
        elif name == b"form":
            if place > self._last(self._scope):
                self._take_out(place)
        elif name in known.ENDS_IN_SCOPE:
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
            self._adopt(entry, place)
        return True

    def _adopt(self, entry: Formatting, place: int) -> None:
        """End the formatting element at `place`: elements between special ones go with it."""
        first = bisect_right(self._special, place)
        blocks = self._special[first : first + _ADOPTIONS]
        if not blocks:
            self._unlist(entry)
            self._pop_to(place)
            return
        for block in blocks:  # each is moved with all that is in it, and gets a copy of `entry`
            self._nodes_count += 1
            self._walks_count += _STEPS_OF_A_MOVE * (self._nodes_count - self._born[block])
            self._reopened_count += entry.weight
        for inner in range(place + 1, blocks[-1]):
            self._walks_count += 1
            if inner not in blocks and self._names[inner] and not self._entries[inner]:
                self._take_out(inner)
        if len(blocks) < _ADOPTIONS:  # else its copy stays open inside the last
            self._unlist(entry)
            self._take_out(place)
            self._pop_to(blocks[-1] + 1)

    def _close_p_for(self, name: bytes) -> None:
        if name in known.CLOSES_P:
            place = self._nearest(b"p")
            if place > max(self._last(self._scope), self._nearest(b"button")):
                self._pop_to(place)

    def _shut_p(self) -> None:
        """A table closes a <p> or not, as the doctype says: it counts on, but closes nothing."""
        place = self._nearest(b"p")
        if place > max(self._last(self._scope), self._nearest(b"button")):
            self._at[b"p"].pop()

    def _close_item(self, name: bytes) -> None:
        siblings = (b"li",) if name == b"li" else (b"dd", b"dt")
        place = self._last(self._walls)
        if place >= 0 and self._names[place] in siblings:
            self._pop_to(place)

    def _close_implied(self, *, but: bytes = b"") -> None:
        while self._names and self._names[-1] in known.IMPLIED_ENDS - {but}:
            self._pop_to(len(self._names) - 1)

    def _has_select(self) -> bool:
        """Whether a select is in scope, itself being a bound of it."""
        return 0 <= self._nearest(b"select") == self._last(self._scope)

    def _is_in_foreign(self) -> bool:
        kind = self._kinds[-1] if self._kinds else b""
        return bool(kind) and not self._holes[-1]

    def _leave_foreign(self) -> None:
        """HTML inside svg or math closes it, up to an element that may hold HTML."""
        place = len(self._names)
        while place and self._kinds[place - 1] and not self._holes[place - 1]:
            place -= 1
        self._pop_to(place)

    def _push(self, tag: Tag, *, kind: bytes, is_closable: bool = True) -> None:
        name, place = tag.name, len(self._names)
        is_hole = known.is_integration_point(tag, kind)
        self._names.append(name)
        self._kinds.append(kind)
        self._holes.append(is_hole)
        self._born.append(self._nodes_count)
        self._entries.append(None)
        if is_closable:
            self._at[name].append(place)
        if not kind:
            self._html.append(place)
        is_bound = is_hole or (kind == b"math" and name == b"annotation-xml")
        if is_bound or (not kind and name in known.SPECIAL):
            self._special.append(place)
            if name not in (b"address", b"div", b"p"):
                self._walls.append(place)
            if is_bound or name in known.SCOPE:
                self._scope.append(place)
        if name in known.OPAQUE:
            self._opaque_count += 1
        if name in known.MARKERS and not kind:
            self._marks.append((place, len(self._active)))
        elif name in known.FORMATTING and not kind:
            self._entries[place] = self._list(tag)

    def _pop_to(self, place: int) -> None:
        """Close everything from `place` on; formatting closed so stays listed."""
        while len(self._names) > place:
            name, kind = self._names.pop(), self._kinds.pop()
            entry = self._entries.pop()
            self._holes.pop()
            self._born.pop()
            top = len(self._names)
            self._gaps_count -= not name
            for places in (self._html, self._scope, self._special, self._walls, self._at[name]):
                if places and places[-1] == top:
                    places.pop()
            if entry:
                entry.is_open = False
            if self._marks and self._marks[-1][0] == top:
                count = self._marks[-1][1]
                while len(self._active) > count:
                    self._unlist(self._active[-1])
                self._marks.pop()
            if name == b"template" and not kind:
                self._opaque_count -= 1

    def _list(self, tag: Tag) -> Formatting:
        """Put a formatting element on the list, where at most three alike stand."""
        entry = Formatting(tag, len(self._marks), most_attributes(tag.text))
        key, name_key = (entry.marks_count, tag.text), (entry.marks_count, tag.name)
        # It is compared with the others of its name, attribute by attribute.
        self._walks_count += entry.attributes_count * self._attributes_counts[name_key] // 2
        self._attributes_counts[name_key] += entry.attributes_count
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

    def _unlist(self, entry: Formatting) -> None:
        """Take an entry off the list; cheap when it is near the end."""
        self._alike_counts[entry.marks_count, entry.tag.text] -= 1
        self._attributes_counts[entry.marks_count, entry.tag.name] -= entry.attributes_count
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
        for entry in self._active[start:]:
            place = len(self._names)
            self._nodes_count += 1
            self._reopened_count += entry.weight
            self._names.append(entry.tag.name)
            self._kinds.append(b"")
            self._holes.append(False)
            self._born.append(self._nodes_count)
            self._html.append(place)
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
