"""When a page says something was published or changed.

Decides what a printed date means, by a strict grammar of what Vietnamese portals print (day before
month, always), or by the formats of a portal that says otherwise. Refuses to look for a date inside
a sentence: only labels, weekdays and signs may stand before it, unless a publishing label ("Ngày
đăng") names it. Knows no clock: relative dates are reckoned from the capture.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.errors import BadValue, ConfigError
from core.records import Precision, When
from core.text import tidy

_RAW_LIMIT = 5_000  # template white space included
_CHARS_LIMIT = 500
_FIRST_YEAR = 1900
_TOLERANCE = timedelta(days=1)

# All patterns run on `_flat` text: lower case, without diacritics, one space at most.
_MONTH_WORDS = (
    ("gieng|mot|january|jan", 1),
    ("muoi hai|chap|december|dec", 12),
    ("muoi mot|november|nov", 11),
    ("hai|february|feb", 2),
    ("ba|march|mar", 3),
    ("tu|bon|april|apr", 4),
    ("nam|may", 5),
    ("sau|june|jun", 6),
    ("bay|july|jul", 7),
    ("tam|august|aug", 8),
    ("chin|september|sept|sep", 9),
    ("muoi|october|oct", 10),
)
_MONTH_OF = {word: month for words, month in _MONTH_WORDS for word in words.split("|")}
_VI_MONTH = "muoi hai|muoi mot|muoi|gieng|mot|chap|hai|ba|tu|bon|nam|sau|bay|tam|chin"
_EN_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_WEEKDAY = (
    r"(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chua? nhat|cn|t[2-7]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?![^\W_])"
)
_NAMING_LABEL = (
    r"(?:ngay (?:dang(?: tin| bai| tai)?|gui|xuat ban|cap nhat)|dang(?: tai)? (?:ngay|luc)|gui luc"
    r"|(?:lan )?cap nhat(?: lan)?(?: cuoi| moi nhat)?(?: luc| ngay)?|xuat ban(?: luc| ngay)?"
    r"|publish(?:ed)?(?: date| on| at)?|post(?:ed)?(?: date| on| at)|date (?:posted|published)"
    r"|(?:last )?(?:updated|modified)(?: on| at)?)(?![^\W_])"
)
_LABEL = (
    r"(?:tin dang|thoi gian(?: dang)?|ngay (?:tao|viet|thang)|created(?: on| at)?|date|time)"
    r"(?![^\W_])"
)
_JOINING = (
    rf"(?:{_WEEKDAY}|(?:vao )?luc(?![^\W_])|ngay(?![^\W_])|gio(?![^\W_])|(?:on|at)(?![^\W_]))"
)
_SIGNS = r"[\s|,:;.·•()\[\]–—-]"
_LEAD_IN = re.compile(rf"(?:{_SIGNS}|{_NAMING_LABEL}|{_LABEL}|{_JOINING})*+")
_NAMED = re.compile(rf"(?<![^\W_]){_NAMING_LABEL}")
_BETWEEN = re.compile(rf"(?:{_SIGNS}|{_JOINING})*+")

_NOT_DIGIT = r"(?![0-9])"
_MONTH = r"(?:thang |thg\.? ?|th\.? ?(?=[0-9]))"  # thg: the short form of Unicode's locale data
_DATES = (
    re.compile(rf"(?P<y>[0-9]{{4}})([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}}){_NOT_DIGIT}"),
    re.compile(
        rf"(?P<d>[0-9]{{1,2}}) ?([-/.]) ?(?P<m>[0-9]{{1,2}}) ?\2 ?(?P<y>[0-9]{{4}}){_NOT_DIGIT}"
    ),
    re.compile(
        rf"(?P<d>[0-9]{{1,2}})[ ,]{{0,2}}{_MONTH}(?P<m>[0-9]{{1,2}}|{_VI_MONTH})(?![^\W_])"
        rf"[ ,]{{0,2}}(?:nam )?(?P<y>[0-9]{{4}}){_NOT_DIGIT}"
    ),
    re.compile(
        rf"{_MONTH}(?P<m>[0-9]{{1,2}}|{_VI_MONTH}) (?P<d>[0-9]{{1,2}}),? (?P<y>[0-9]{{4}})"
        rf"{_NOT_DIGIT}"
    ),
    re.compile(
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ -](?P<m>{_EN_MONTH})[.,]?[ -](?P<y>[0-9]{{4}})"
        rf"{_NOT_DIGIT}"
    ),
    re.compile(
        rf"(?P<m>{_EN_MONTH})\.? (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y>[0-9]{{4}})"
        rf"{_NOT_DIGIT}"
    ),
)
_HALF = r"(?:am|pm|a\.m\.|p\.m\.|sa|ch)(?![^\W_])"
_MORNING = ("am", "sa", "sang")
_TIME = re.compile(
    r"(?P<h>[0-9]{1,2})(?:(?: ?: ?|h|g| gio )(?P<min>[0-9]{1,2})(?![0-9])"
    r"(?::(?P<s>[0-9]{1,2})(?![0-9])(?:[.,][0-9]{1,9})?)?(?: phut(?![^\W_]))?"
    r"|(?:h| gio)(?![^\W_]))(?:['’′](?= ?(?:am|pm|sa|ch)))?"
    # `3:20 chiều, 16/05/2023`; in `15:20 Chiều nay, phường …` the text begins
    rf"(?: ?(?P<half>{_HALF}|(?:sang|trua|chieu|toi)"
    rf"(?= ?(?:$|[|,;()\[\]–-]|[0-9]|ngay |hom |{_WEEKDAY}))))?"
    r"(?! ?['’′][0-9])['’′]?"
)
_OFFSET = re.compile(
    r" ?\(? ?(?:(?P<name>gmt|utc|z)(?![^\W\d_]))? ?(?:(?P<sign>[+-])(?P<oh>[0-9]{1,2})"
    r"(?::?(?P<om>[0-9]{2}))?)?(?![0-9:/])(?: ?\))?"
)
_AGO_UNIT = r"giay|phut|gio|tieng|ngay|tuan|seconds?|minutes?|mins?|hours?|days?|weeks?"
_AGO = re.compile(
    rf"(?P<since>cach day )?(?:khoang |about )?(?P<n>[0-9]{{1,4}}|an?) ?(?P<unit>{_AGO_UNIT})"
    rf"(?:,? (?:and |va )?(?P<more>[0-9]{{1,2}}) ?(?P<less>{_AGO_UNIT}))?"
    r"(?(since)(?: truoc)?| (?:truoc|ago))(?![^\W_])"
)
_NOW = re.compile(r"(?:vua xong|vua moi|moi day|just now)(?![^\W_])")
_UNIT_S = {
    "giay": 1, "second": 1, "phut": 60, "minute": 60, "min": 60, "gio": 3600, "tieng": 3600,
    "hour": 3600, "ngay": 86_400, "day": 86_400, "tuan": 604_800, "week": 604_800,
}  # fmt: skip
_NEAR_DAY = re.compile(r"(?:hom nay|hom qua|hom kia|today|yesterday)(?![^\W_])")
_DAYS_BACK = {"hom nay": 0, "today": 0, "hom qua": 1, "yesterday": 1, "hom kia": 2}

_ANY_LABEL = re.compile(r"[^\W\d_][^:0-9]{0,40}: ?")
_SIGN_RUN = re.compile(rf"{_SIGNS}*+")
_DIRECTIVE = re.compile("(%.?)", re.DOTALL)
_DIRECTIVES = {
    "%d": "(?P<d>[0-9]{1,2})", "%m": "(?P<m>[0-9]{1,2})", "%Y": "(?P<y>[0-9]{4})",
    "%y": "(?P<yy>[0-9]{2})", "%b": rf"(?:{_MONTH})?(?P<m>{_EN_MONTH}|{_VI_MONTH}|[0-9]{{1,2}})",
    "%a": _WEEKDAY, "%H": "(?P<h>[0-9]{1,2})", "%I": "(?P<h>[0-9]{1,2})",
    "%M": "(?P<min>[0-9]{1,2})", "%S": "(?P<s>[0-9]{1,2})", "%f": "[0-9]{1,9}",
    "%p": rf"(?P<half>{_HALF}|sang|trua|chieu|toi)",
    "%z": "(?P<zone>[+-][0-9]{2}:?[0-9]{2}|z|gmt|utc)", "%%": "%",
}  # fmt: skip
_DIRECTIVES |= {"%B": _DIRECTIVES["%b"], "%A": _DIRECTIVES["%a"]}


class _Clock(NamedTuple):
    """A time of day; `is_unknown` for a 12-hour midnight, which imported articles carry."""

    hour: int
    minute: int
    second: int
    zone: tzinfo | None
    is_unknown: bool
    start: int
    end: int


class _Day(NamedTuple):
    on: date
    start: int
    end: int


def read_when(
    text: str, *, zone: ZoneInfo, captured_at: datetime, formats: tuple[str, ...] = ()
) -> When | None:
    """The time a dateline states, or None when it states none.

    `zone` is the portal's, used when the text names no offset; `captured_at` (aware) is what
    "2 giờ trước" counts from. `When.text` is the date and time alone, without label or weekday
    before it. A day without a time, and `12:00 AM` (how the Hanoi platform prints an unknown time),
    have precision day; every other time is a minute. Only the first 500 characters are read.

    `formats` as in strptime (`%m/%d/%Y %I:%M %p`) are tried in their order before the grammar, at
    the beginning and after a label; what follows is left alone. One without an hour gives a day.
    One that does not match, or gives no day of the calendar, lets the next and the grammar try.

    Raises BadValue for a date or time that cannot be (`16/72/2020`, `25:61`), one before 1900, and
    one later than a day after the capture.
    """
    printed = tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT].strip()
    flat = _flat(printed)
    labels = [0, *(label.end() for label in _NAMED.finditer(flat))]
    starts = dict.fromkeys(_end_of(_LEAD_IN, flat, label) for label in labels)
    when = None
    if formats:
        labels = [*labels, _end_of(_ANY_LABEL, flat, 0)]
        bare = [_end_of(_SIGN_RUN, flat, label) for label in labels]
        when = _formatted_at(printed, flat, [*bare, *starts], formats, zone)
    for start in starts:
        when = when or _read_at(printed, flat, start, zone=zone, captured_at=captured_at)
    if when is not None and when.at > captured_at + _TOLERANCE:
        raise BadValue(f"{when.text!r} is later than the capture")
    return when


def check_format(written: str) -> None:
    """Raise ConfigError for a date format that no text could ever match.

    Known are %d %m %Y %y %b %B %a %A %H %I %M %S %f %p %z %%. A day, a month and a year have to be
    there, each once.
    """
    _format_pattern(written)


@cache
def _format_pattern(written: str) -> re.Pattern[str]:
    """The pattern of a strptime format on flat text; words and case of literals do not matter."""
    pattern = ""
    for number, piece in enumerate(_DIRECTIVE.split(tidy(written))):
        if number % 2 == 0:
            pattern += re.escape(_flat(piece))
        elif piece in _DIRECTIVES:
            pattern += _DIRECTIVES[piece]
        else:
            known = " ".join(_DIRECTIVES)
            raise ConfigError(f"date format {written!r}: {piece} is none of {known}")
    is_whole = "<h>" not in pattern or "<half>" in pattern
    pattern += _NOT_DIGIT if is_whole else rf"(?![0-9]|:[0-9]| ?{_HALF})"
    try:
        compiled = re.compile(pattern)
    except re.error:
        raise ConfigError(f"date format {written!r} names the same part twice") from None
    if not {"d", "m"} <= compiled.groupindex.keys() or not re.search("<yy?>", pattern):
        raise ConfigError(f"date format {written!r} needs a day, a month and a year")
    return compiled


def _formatted_at(
    printed: str, flat: str, starts: list[int], formats: tuple[str, ...], zone: ZoneInfo
) -> When | None:
    """The date that the first matching format finds, the earliest place first."""
    for pattern in map(_format_pattern, formats):
        for start in dict.fromkeys(sorted(starts)):
            found = pattern.match(flat, start)
            when = _formatted(found, printed, flat, zone) if found else None
            if when is not None:
                return when
    return None


def _formatted(found: re.Match[str], printed: str, flat: str, zone: ZoneInfo) -> When | None:
    parts = found.groupdict()
    if parts.get("yy"):  # as in strptime: 69 is 1969, 68 is 2068
        parts["y"] = f"{20 if parts['yy'] < '69' else 19}{parts['yy']}"
    try:
        on = _date_of(parts, found[0])
        clock = None
        if "h" in parts:
            offset, end = _offset_at(flat, found.start("zone") if "zone" in parts else found.end())
            clock = _clock_of(parts, found[0], offset, found.start(), max(end, found.end()))
    except BadValue:
        return None
    end = clock.end if clock else found.end()
    return _made(on, clock, printed[found.start() : end].strip(), zone)


def _flat(text: str) -> str:
    """Lower case without diacritics, sign for sign, so that positions stay."""
    return "".join(map(_flat_sign, text))


@lru_cache(maxsize=4_096)
def _flat_sign(sign: str) -> str:
    if sign in "đĐ":
        return "d"
    flat = unicodedata.normalize("NFD", sign)[0].lower()
    return flat if len(flat) == 1 else sign


def _end_of(pattern: re.Pattern[str], flat: str, start: int) -> int:
    found = pattern.match(flat, start)
    return found.end() if found else start


def _read_at(
    printed: str, flat: str, start: int, *, zone: ZoneInfo, captured_at: datetime
) -> When | None:
    """Date and time, time and date, or a relative date, beginning exactly at `start`."""
    local_now = captured_at.astimezone(zone)
    ago = _AGO.match(flat, start) or _NOW.match(flat, start)
    if ago:
        return _when_ago(ago, printed, zone, captured_at)
    time_first = _TIME.match(flat, start)
    if time_first:  # judged only when a day follows: 45:30 alone is no bad date
        after = _end_of(_OFFSET, flat, time_first.end())
        day = _day_at(flat, _end_of(_BETWEEN, flat, after), local_now)
    else:
        day = _day_at(flat, start, local_now)
    if day is None:
        return None
    if time_first:
        clock = _clock_at(flat, start)
    else:
        clock = _clock_at(flat, _end_of(_BETWEEN, flat, day.end)) or _iso_clock_at(flat, day.end)
    end = max(day.end, clock.end) if clock else day.end
    if printed[end : end + 1] == ")" and "(" in printed[start:end]:  # 16/05/2023 (15:20)
        end += 1
    return _made(day.on, clock, printed[start:end].strip(), zone)


def _day_at(flat: str, start: int, local_now: datetime) -> _Day | None:
    near = _NEAR_DAY.match(flat, start)
    if near:
        on = local_now.date() - timedelta(days=_DAYS_BACK[near[0]])
        return _Day(on, start, near.end())
    for pattern in _DATES:
        found = pattern.match(flat, start)
        if found:
            return _Day(_date_of(found.groupdict(), found[0]), start, found.end())
    return None


def _date_of(parts: dict[str, str], printed: str) -> date:
    month = _MONTH_OF.get(parts["m"]) or int(parts["m"])
    try:
        on = date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        raise BadValue(f"{printed!r} is no day of the calendar") from None
    if on.year < _FIRST_YEAR:
        raise BadValue(f"{printed!r} is before {_FIRST_YEAR}")
    return on


def _iso_clock_at(flat: str, start: int) -> _Clock | None:
    """The `T15:20:00+07:00` of ISO 8601; anything else glued to a date makes no sense."""
    if flat[start : start + 1] == "t":
        clock = _clock_at(flat, start + 1)
        if clock:
            return clock
    if re.match(r"[t+][0-9]", flat[start : start + 2]):
        raise BadValue(f"{flat[: start + 20]!r} is malformed after its date")
    return None


def _clock_at(flat: str, start: int) -> _Clock | None:
    found = _TIME.match(flat, start)
    if not found:
        return None
    offset, end = _offset_at(flat, found.end())
    return _clock_of(found.groupdict(), found[0], offset, start, end)


def _clock_of(
    parts: dict[str, str], printed: str, offset: tzinfo | None, start: int, end: int
) -> _Clock:
    hour, minute, second = (int(parts.get(part) or 0) for part in ("h", "min", "s"))
    half = (parts.get("half") or "").replace(".", "")
    is_unknown = half in ("am", "sa") and hour in (0, 12) and minute == second == 0
    if hour > 23 or minute > 59 or second > 60 or (half in _MORNING and hour > 12):
        raise BadValue(f"{printed!r} is no time of day")
    if half in _MORNING and hour == 12:
        hour = 0
    elif half and half not in _MORNING and hour < (10 if half == "trua" else 12):
        hour += 12
    return _Clock(hour, minute, min(second, 59), offset, is_unknown, start, end)


def _offset_at(flat: str, start: int) -> tuple[tzinfo | None, int]:
    """The offset printed after a time, such as `(GMT+7)`, `+07:00` or `Z`."""
    found = _OFFSET.match(flat, start)
    if not found or not (found["name"] or found["sign"]):
        return None, start
    if not found["name"] and not (found["om"] or found[0][0] == found["sign"]):
        return None, start  # `15:20 +84 24…` is a telephone number
    minutes = int(found["oh"] or 0) * 60 + int(found["om"] or 0)
    if minutes > 14 * 60:
        raise BadValue(f"{found[0].strip()!r} is no offset from UTC")
    return timezone(timedelta(minutes=-minutes if found["sign"] == "-" else minutes)), found.end()


def _when_ago(ago: re.Match[str], printed: str, zone: ZoneInfo, captured_at: datetime) -> When:
    parts = ago.groupdict()
    units = [(parts.get("n"), parts.get("unit")), (parts.get("more"), parts.get("less"))]
    back_s = [
        (int(count) if count.isdigit() else 1) * _UNIT_S[unit.removesuffix("s")]
        for count, unit in units
        if count and unit
    ]
    at = captured_at.astimezone(UTC) - timedelta(seconds=sum(back_s))
    text = printed[ago.start() : ago.end()]
    on = at.astimezone(zone).date()
    if any(_UNIT_S[unit.removesuffix("s")] >= 86_400 for _, unit in units if unit):
        return _made(on, None, text, zone)
    at = at.replace(second=0, microsecond=0)
    return When(at=at, precision=Precision.MINUTE, text=text, on=on)


def _made(on: date, clock: _Clock | None, text: str, zone: ZoneInfo) -> When:
    if clock is None or clock.is_unknown:
        midnight = datetime(on.year, on.month, on.day, tzinfo=zone)
        return When(at=midnight.astimezone(UTC), precision=Precision.DAY, text=text, on=on)
    local = datetime(
        on.year, on.month, on.day, clock.hour, clock.minute, clock.second, tzinfo=clock.zone or zone
    )
    try:
        at = local.astimezone(UTC)
        return When(at=at, precision=Precision.MINUTE, text=text, on=at.astimezone(zone).date())
    except OverflowError:
        raise BadValue(f"{text!r} is out of the calendar") from None
