"""What one place of a weather block says.

Decides which number is a temperature, a humidity or a wind, and which words are a condition.
Refuses to know where the block stands, and what day it is: `valid_on` is for the caller to set.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from core.errors import BadValue
from core.records import WeatherObservation
from core.text import fold, tidy

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000
_CONDITION_LIMIT = 80

# Of 28<sup>0</sup>C the text is 280C: a nought after two digits is a degree sign.
_NUMBER = (
    r"(?:(?<![^\s(:~/–])[-−–])?"
    r"(?:[0-9]{2}(?=0 ?C(?![^\W_]))|[0-9]{1,3}(?:[.,][0-9]{1,2})?(?![0-9]))"
)
_DEGREE = (
    r"(?: ?(?:[°º˚⁰ᵒ◦∘]|độ(?! ẩm))(?: ?[CF](?![^\W_]))?| ?[o0] ?C(?![^\W_])| ?℃| ?C(?![^\W_]))"
)
_TO = r" ?(?:[-–—~/]|đến|tới|to) ?"
_NOW_AND_RANGE = re.compile(
    rf"(?<![0-9.,])(?P<now>{_NUMBER}){_DEGREE} ?[/|,;(] ?(?P<first>{_NUMBER})(?:{_DEGREE})?"
    rf" ?[-–—~] ?(?P<second>{_NUMBER}){_DEGREE}\)?",
    re.IGNORECASE,
)
_TEMPERATURE = re.compile(
    rf"(?<![0-9.,])(?P<first>{_NUMBER})(?:{_DEGREE})?{_TO}(?P<second>{_NUMBER}){_DEGREE}"
    rf"|(?<![0-9.,])(?P<only>{_NUMBER}){_DEGREE}",
    re.IGNORECASE,
)
_LOW = r"(?:nhiệt độ )?(?:thấp nhất|thấp|min|low(?:est)?)"
_HIGH = r"(?:nhiệt độ )?(?:cao nhất|cao|max|high(?:est)?)"
_EXTREME = re.compile(
    rf"(?<![^\W_])(?:(?P<low>{_LOW})|(?P<high>{_HIGH})) ?:? ?(?:(?:từ|khoảng|phổ biến) )*+"
    rf"(?P<number>{_NUMBER})(?:{_DEGREE})?(?:{_TO}(?P<until>{_NUMBER})(?:{_DEGREE})?)?",
    re.IGNORECASE,
)
_HUMIDITY = re.compile(
    rf"(?<![^\W_])(?:độ ẩm|humidity)(?: không khí| tương đối| trung bình){{0,2}} ?:? ?"
    rf"(?P<number>{_NUMBER}) ?%",
    re.IGNORECASE,
)
_WIND = re.compile(
    rf"(?<![^\W_])(?:gió|wind)(?P<from>[^0-9%°|;/\n]{{0,40}}?)(?P<number>{_NUMBER})"
    r" ?(?P<unit>km/?h|kmh|km/giờ|m/s)(?![^\W_])",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?P<first>{_NUMBER})(?:{_TO}(?P<second>{_NUMBER}))?")
_LABELLED = re.compile(
    rf"(?<![^\W_])(?:nhiệt độ|temp(?:erature)?)(?: hiện tại)? ?:? ?{_BARE.pattern}(?! ?[%/:0-9])",
    re.IGNORECASE,
)
_CONDITIONS = re.compile(
    r"(?<![^\W_])(?:nắng|mưa|dông|giông|bão|mây|sương|mù|âm u|quang|tạnh|rét|lạnh|nóng|oi|hanh|khô"
    r"|tuyết|sunny|sun|clear|cloud|clouds|cloudy|overcast|rain|rainy|showers?|storms?|thunderstorms?"
    r"|fog|foggy|mist|haze|drizzle|hot|cold)(?![^\W_])",
    re.IGNORECASE,
)
_PART = re.compile(r"[|;,.\n()]| [-–—/] ")


@dataclass(slots=True)
class _Found:
    temperature_c: float | None = None
    low_c: float | None = None
    high_c: float | None = None
    humidity_pct: float | None = None
    wind_kmh: float | None = None


@lru_cache(maxsize=512)  # the same block stands on every page of a portal
def read_place(place: str, text: str) -> WeatherObservation:
    """One place's weather out of the text beside its name.

    °C, per cent and km/h (m/s is converted). A range gives low and high, a single value the present
    temperature; of `thấp nhất từ 24 - 26` and `cao nhất từ 31 - 33` the outermost count. Entities
    left over from a page that escaped twice (`28&deg;C`) are read. The condition is kept as
    printed. `is_filled` is False when nothing could be read, as in a block whose values a script
    would have filled in. The place may be repeated in `text`.

    Raises BadValue outside -60…60 °C, 0…100 % humidity or 0…400 km/h, for degrees Fahrenheit, and
    when a labelled lowest is above the highest.
    """
    place, line = tidy(place), tidy(html.unescape(text[:_RAW_LIMIT]))[:_CHARS_LIMIT]
    rest, is_repeated = _without_place(line, place)
    if not rest:  # the block of most portals, on every page: no need to look for anything
        return WeatherObservation(place=place, is_filled=False, text=place)
    found = _Found()
    left = _take_measures(rest, found)
    left = _take_temperatures(left, found)
    condition = _condition(left)
    _check(found)
    return WeatherObservation(
        place=place,
        is_filled=found != _Found() or condition is not None,
        text=line if is_repeated else f"{place} {line}".strip(),
        temperature_c=found.temperature_c,
        low_c=found.low_c,
        high_c=found.high_c,
        humidity_pct=found.humidity_pct,
        wind_kmh=found.wind_kmh,
        condition=condition,
    )


def _without_place(line: str, place: str) -> tuple[str, bool]:
    if place and fold(line[: len(place)]) == fold(place):
        return line[len(place) :].strip(" :|"), True
    return line, False


def _take_measures(text: str, found: _Found) -> str:
    """Fill in humidity and wind; what is left of the text."""
    humidity = _HUMIDITY.search(text)
    if humidity:
        found.humidity_pct = _number(humidity["number"])
        text = _cut(text, humidity)
    wind = _WIND.search(text)
    if wind:
        speed = _number(wind["number"])
        found.wind_kmh = round(speed * 3.6, 1) if wind["unit"].lower() == "m/s" else speed
        text = _cut(text, wind)
    return text


def _take_temperatures(text: str, found: _Found) -> str:
    """Fill in the temperatures; what is left of the text."""
    for _ in ("low", "high"):
        extreme = _EXTREME.search(text)
        if extreme and extreme["low"] and found.low_c is None:
            found.low_c = min(_degrees(extreme), _degrees(extreme, "until"))
            text = _cut(text, extreme)
        elif extreme and extreme["high"] and found.high_c is None:
            found.high_c = max(_degrees(extreme), _degrees(extreme, "until"))
            text = _cut(text, extreme)
    both = _NOW_AND_RANGE.search(text)
    if both:
        found.temperature_c = _degrees(both, "now")
        _set_range(found, _degrees(both, "first"), _degrees(both, "second"))
        return _cut(text, both)
    reading = _TEMPERATURE.search(text)
    bare = None if reading else _LABELLED.search(text) or _BARE.fullmatch(text.strip(" |"))
    if reading and reading["only"]:
        found.temperature_c = _degrees(reading, "only")
    elif reading:
        _set_range(found, _degrees(reading, "first"), _degrees(reading, "second"))
    elif bare and bare["second"]:
        _set_range(found, _number(bare["first"]), _number(bare["second"]))
    elif bare:
        found.temperature_c = _number(bare["first"])
    found_at = reading or bare
    return _cut(found_at.string, found_at) if found_at else text


def _set_range(found: _Found, one: float, other: float) -> None:
    if found.low_c is None and found.high_c is None:
        found.low_c, found.high_c = min(one, other), max(one, other)


def _degrees(found: re.Match[str], group: str = "number") -> float:
    if re.search(r"[°º˚] ?F", found[0], re.IGNORECASE):
        raise BadValue(f"{found[0]!r} is in degrees Fahrenheit")
    return _number(found[group] or found["number"])


def _number(printed: str) -> float:
    return float(printed.replace(",", ".").replace("−", "-").replace("–", "-"))


def _cut(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} | {text[found.end() :]}".strip()


def _condition(text: str) -> str | None:
    """The parts of the text that name a kind of weather, as printed."""
    parts = [part.strip(" :-–—/") for part in _PART.split(text)]
    named = [part for part in parts if _CONDITIONS.search(part) and len(part) <= _CONDITION_LIMIT]
    return ", ".join(named) or None


def _check(found: _Found) -> None:
    for degrees in (found.temperature_c, found.low_c, found.high_c):
        if degrees is not None and not -60 <= degrees <= 60:
            raise BadValue(f"{degrees:g} °C is no weather")
    if found.low_c is not None and found.high_c is not None and found.low_c > found.high_c:
        raise BadValue(f"the lowest, {found.low_c:g} °C, is above the highest, {found.high_c:g} °C")
    if found.humidity_pct is not None and not 0 <= found.humidity_pct <= 100:
        raise BadValue(f"{found.humidity_pct:g} % is no humidity")
    if found.wind_kmh is not None and not 0 <= found.wind_kmh <= 400:
        raise BadValue(f"{found.wind_kmh:g} km/h is no wind")
