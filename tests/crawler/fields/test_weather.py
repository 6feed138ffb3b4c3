"""What one place of a weather block says."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadValue
from core.records import WeatherObservation
from crawler.fields.weather import read_place

PLACE = "Hà Nội"


def observed(text, **values):
    return WeatherObservation(place=PLACE, is_filled=True, text=text, **values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("28°C", {"temperature_c": 28}),
        ("28ºC", {"temperature_c": 28}),
        ("28˚C", {"temperature_c": 28}),
        ("28oC", {"temperature_c": 28}),
        ("28 o C", {"temperature_c": 28}),
        ("28 độ", {"temperature_c": 28}),
        ("28", {"temperature_c": 28}),
        ("28,5°C", {"temperature_c": 28.5}),
        ("-5°C", {"temperature_c": -5}),
        ("−5°C", {"temperature_c": -5}),
        ("24 - 31 độ", {"low_c": 24, "high_c": 31}),
        ("24-31", {"low_c": 24, "high_c": 31}),
        ("10 ~ 35º C", {"low_c": 10, "high_c": 35}),
        ("24°C - 31°C", {"low_c": 24, "high_c": 31}),
        ("31/24°C", {"low_c": 24, "high_c": 31}),
        ("từ 24 đến 31 độ", {"low_c": 24, "high_c": 31}),
        ("-5 - 3°C", {"low_c": -5, "high_c": 3}),
        ("-8 ~ -3°C", {"low_c": -8, "high_c": -3}),
        ("Thấp nhất 24°C / Cao nhất 31°C", {"low_c": 24, "high_c": 31}),
        ("Cao nhất: 31°C, thấp nhất: 24°C", {"low_c": 24, "high_c": 31}),
        ("Độ ẩm: 72%", {"humidity_pct": 72}),
        ("28 Độ ẩm: 72%", {"temperature_c": 28, "humidity_pct": 72}),
        ("Gió: 10 km/h", {"wind_kmh": 10}),
        ("Gió Đông Bắc 5 m/s", {"wind_kmh": 18}),
        ("28°C Trời nắng", {"temperature_c": 28, "condition": "Trời nắng"}),
        ("28⁰C", {"temperature_c": 28}),
        ("28ᵒC", {"temperature_c": 28}),
        ("28 ℃", {"temperature_c": 28}),
        ("280C", {"temperature_c": 28}),
        ("28 0C", {"temperature_c": 28}),
        ("24-310C", {"low_c": 24, "high_c": 31}),
        ("–2°C", {"temperature_c": -2}),
        ("24–31°C", {"low_c": 24, "high_c": 31}),
        ("24 –31°C", {"low_c": 24, "high_c": 31}),
        ("24°/31°", {"low_c": 24, "high_c": 31}),
        ("Min: 24° Max: 31°", {"low_c": 24, "high_c": 31}),
        ("Thấp nhất: 24 Cao nhất: 31", {"low_c": 24, "high_c": 31}),
        (
            "Nhiệt độ thấp nhất từ 24-26 độ. Nhiệt độ cao nhất từ 31-33 độ",
            {"low_c": 24, "high_c": 33},
        ),
        ("Nhiệt độ: 28 Độ ẩm: 72%", {"temperature_c": 28, "humidity_pct": 72}),
        ("Nhiệt độ: 24 - 31", {"low_c": 24, "high_c": 31}),
        ("Độ ẩm tương đối: 72 %", {"humidity_pct": 72}),
        ("Mưa rào (24 - 31 độ)", {"low_c": 24, "high_c": 31, "condition": "Mưa rào"}),
        (
            "Nhiều mây, có mưa rào | 24 - 31 độ | Độ ẩm: 72% | Gió: 10 km/h",
            {
                "condition": "Nhiều mây, có mưa rào",
                "low_c": 24,
                "high_c": 31,
                "humidity_pct": 72,
                "wind_kmh": 10,
            },
        ),
    ],
)
def test_each_printed_form_is_read(text, values):
    """Every sign for degrees, every range, humidity, wind and condition."""
    assert read_place(PLACE, text) == observed(f"{PLACE} {text}", **values)
    assert read_place(PLACE, f"{PLACE} {text}") == observed(f"{PLACE} {text}", **values)


@pytest.mark.parametrize(
    ("escaped", "text", "temperature"),
    [("28&deg;C", "28°C", 28), ("28&nbsp;&ordm;C", "28 ºC", 28), ("&#8722;5&#176;C", "−5°C", -5)],
)
def test_entities_left_over_are_read_and_shown_as_their_signs(escaped, text, temperature):
    """Some scripts escape a degree sign twice."""
    assert read_place(PLACE, escaped) == observed(f"{PLACE} {text}", temperature_c=temperature)


@pytest.mark.parametrize("text", ["", " \u00a0\n", "Hà Nội", "N/A", "°C", "--", "Nhiệt độ:"])
def test_a_place_without_values_is_not_filled(text):
    """The block of a portal whose script never ran names the place and nothing else."""
    seen = read_place(PLACE, text)
    assert not seen.is_filled
    assert seen.text.startswith(PLACE)
    assert seen == WeatherObservation(place=PLACE, is_filled=False, text=seen.text)


@pytest.mark.parametrize(
    "text",
    [
        "70°C",
        "700C",
        "Nhiệt độ: 280",
        "-61°C",
        "24 - 310 độ",
        "Độ ẩm: 140%",
        "82°F",
        "Gió 900 km/h",
        "Thấp 31° Cao 24°",
    ],
)
def test_weather_out_of_sense_is_refused(text):
    """No such weather exists on the ground."""
    with pytest.raises(BadValue):
        read_place(PLACE, text)


@given(st.integers(-60, 60), st.sampled_from(["°C", "º C", "˚", " độ", "oC", "℃"]))
def test_every_temperature_is_read_back(degrees, sign):
    """Whatever the degree sign, the number is the temperature."""
    assert read_place(PLACE, f"{degrees}{sign}").temperature_c == degrees


PARTS = st.sampled_from(
    [*"0123456789-~ /,", "°C", " độ ", "Độ ẩm: ", "%", "Gió ", "km/h", "thấp ", "cao ", "mưa"]
)


@given(st.text(), st.one_of(st.text(), st.lists(PARTS, max_size=20).map("".join)))
def test_any_text_is_an_observation_or_refused(place, text):
    """No text raises anything but BadValue."""
    try:
        seen = read_place(place, text)
    except BadValue:
        return
    values = (seen.temperature_c, seen.low_c, seen.high_c, seen.humidity_pct, seen.wind_kmh)
    assert seen.is_filled == (seen.condition is not None or any(v is not None for v in values))


@pytest.mark.parametrize(
    "piece", ["1", "1-", "gió ", "mưa ", " ", "24 - ", "thấp ", "a|", "280C", "&#", "nhiệt độ "]
)
def test_a_hostile_megabyte_takes_no_time(piece):
    """Only the beginning is read, whatever follows."""
    began = time.perf_counter()
    with contextlib.suppress(BadValue):
        read_place(PLACE, piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "text", ["27°C / 24 - 31°C", "27°C (24°C - 31°C)", "27 độ, 24~31 độ", "27ºC | 24–31ºC"]
)
def test_the_present_temperature_stands_before_the_days_range(text):
    """One value, then two: now, lowest, highest."""
    found = read_place("Hà Nội", text)
    assert (found.temperature_c, found.low_c, found.high_c) == (27, 24, 31)
