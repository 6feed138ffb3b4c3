"""config.toml and the environment: one Config, or one line that says what is allowed."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Config, archive_folder, load, parse
from core.errors import ConfigError

SHIPPED = Path(__file__).resolve().parents[2] / "config.toml"
PORTAL = {"host": "a.vn"}


def test_the_shipped_config_holds_the_real_portal_ready_to_run() -> None:
    """Sơn Tây, Hanoi family, its zone, politely; only the contact is missing."""
    config = load(SHIPPED, {})
    portal = config.portal("sontay")
    assert (portal.host, portal.scheme) == ("sontay.hanoi.gov.vn", "https")
    assert (portal.family, portal.zone) == ("hanoi-liferay", "Asia/Ho_Chi_Minh")
    assert portal.delay == timedelta(seconds=2)
    assert (portal.gone_checks, portal.gone_apart) == (2, timedelta(hours=6))
    assert portal.every == timedelta(minutes=30)
    with pytest.raises(ConfigError, match="contact is empty"):
        config.user_agent("sontay")


def test_the_user_agent_names_us_and_the_contact() -> None:
    """A portal's own contact wins over the general one."""
    config = parse({"crawl": {"contact": "a@b.vn"}, "portals": {"p": PORTAL}})
    assert config.user_agent("p").startswith("Khotin/")
    assert config.user_agent("p").endswith("(+a@b.vn)")
    own = parse({"crawl": {"contact": "a@b.vn"}, "portals": {"p": PORTAL | {"contact": "c@d.vn"}}})
    assert own.user_agent("p").endswith("(+c@d.vn)")


def test_only_traffic_to_this_machine_needs_no_contact() -> None:
    """`connect_to` another machine is a real host."""
    local = parse({"portals": {"p": PORTAL | {"connect_to": "127.0.0.1:80"}}})
    assert "Khotin/" in local.user_agent("p")
    far = parse({"portals": {"p": PORTAL | {"connect_to": "192.0.2.1:80"}}})
    with pytest.raises(ConfigError):
        far.user_agent("p")


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"x": 1}, "unknown key x; allowed here: archive, crawl, portals"),
        ({"portals": {"p": {}}}, "portals.p.host is missing"),
        ({"portals": {"P Q": PORTAL}}, "a portal id has small letters"),
        ({"portals": {"p": {"host": "A.vn"}}}, "host name in lower case"),
        ({"portals": {"p": {"host": "http://a.vn"}}}, "host name in lower case"),
        ({"portals": {"p": PORTAL | {"every": "0m"}}}, "portals.p.every = '0m'"),
        ({"portals": {"p": PORTAL | {"every": "1h", "cron": "* * * * *"}}}, "exclude each other"),
        ({"portals": {"p": PORTAL | {"zone": "Mars/Base"}}}, "IANA zone name"),
        ({"portals": {"p": PORTAL | {"zone": "../../etc/passwd"}}}, "IANA zone name"),
        (
            {"portals": {"p": PORTAL | {"family": "joomla"}}},
            "allowed is one of: auto, hanoi-liferay",
        ),
        ({"portals": {"p": PORTAL | {"connect_to": "here"}}}, "HOST:PORT"),
        ({"portals": {"p": PORTAL | {"connect_to": "a:99999"}}}, "HOST:PORT"),
        ({"portals": {"p": PORTAL | {"listings": ["tin"]}}}, "a path on the portal"),
        ({"portals": {"p": PORTAL | {"gone_checks": 0}}}, "portals.p.gone_checks = 0"),
        ({"portals": {"p": PORTAL | {"delay": "-1s"}}}, "portals.p.delay = '-1s'"),
        ({"portals": {"p": PORTAL | {"name": "a\nb"}}}, "one line of printable text"),
        ({"crawl": {"user_agent": "Khotin {nobody}"}}, "allowed in braces"),
        ({"crawl": {"contact": "a\r\nX-Evil: 1"}}, "one line of printable text"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(tables: dict, told: str) -> None:
    """One line: the key, the value, what is allowed."""
    with pytest.raises(ConfigError) as caught:
        parse(tables)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    tables=st.dictionaries(st.sampled_from(["crawl", "archive", "portals", "x"]), JSON, max_size=4)
)
def test_any_tables_are_a_config_or_one_line(tables: dict) -> None:
    """Nothing a person can write ends in another exception."""
    with contextlib.suppress(ConfigError):
        assert isinstance(parse(tables), Config)


def test_the_archive_folder_is_the_nearest_word() -> None:
    """Option, then environment, then config, then the default."""
    there = {"KHOTIN_ARCHIVE": "env"}
    assert archive_folder(Path("option"), "config", there) == Path("option")
    assert archive_folder(None, "config", there) == Path("env")
    assert archive_folder(None, "config", {}) == Path("config")
    assert archive_folder(None, None, {}) == Path("archive")
