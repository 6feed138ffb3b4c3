"""The weather block of a page by the rules of its layout. Pure."""

from selectolax.lexbor import LexborHTMLParser

from core.errors import BadValue
from core.records import Refusal, WeatherObservation
from core.text import tidy
from crawler.fields.weather import read_place
from crawler.layout import Layout

MAX_PLACES = 100
MAX_CHARS = 5_000  # of one cell, template white space included


def read_weather(
    tree: LexborHTMLParser, layout: Layout
) -> tuple[tuple[WeatherObservation, ...], tuple[Refusal, ...]]:
    """One observation per place, in page order; a place named without values is one too."""
    found: list[WeatherObservation] = []
    refusals: list[Refusal] = []
    for rules in layout.weather:
        for row in tree.css(rules.row)[:MAX_PLACES]:
            place, value = row.css_first(rules.place), row.css_first(rules.value)
            name = tidy(place.text()[:MAX_CHARS]) if place is not None else ""
            if not name:
                continue
            text = tidy(value.text()[:MAX_CHARS]) if value is not None else ""
            try:
                found.append(read_place(name, text))
            except BadValue as error:
                refusals.append(Refusal(field="weather", text=text[:200], reason=str(error)))
    return tuple(found), tuple(refusals)
