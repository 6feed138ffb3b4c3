"""Sites, captures and answers, as the tests of reading use them."""

from datetime import UTC, datetime
from random import Random

from core.config import PortalConfig
from core.records import Capture, PageKind, Quality
from crawler.read import read
from demo.pages import page_at
from demo.town import HOST, VISITS, Town
from portal import site_of

BASE = f"http://{HOST}"
SITE = site_of("songmay", PortalConfig(host=HOST, scheme="http", family="hanoi-liferay"))
RULES = SITE.family.urls
HTML = b"text/html;charset=UTF-8"
STATES = tuple(Town().at(visit) for visit in VISITS)
STORY = STATES[0].stories[0]
ARTICLE_URL = BASE + STORY.path
LISTING_URL = f"{BASE}/tin-tuc-su-kien"


def captured(body, url=ARTICLE_URL, *, status=200, content_type=HTML, **fields):
    """A capture of this body; `content_type` None sends no such header."""
    headers = () if content_type is None else ((b"Content-Type", content_type),)
    return Capture(**{
        "url": url,
        "captured_at": datetime(2026, 5, 6, 1, 0, tzinfo=UTC),
        "status": status,
        "reason": "",
        "http_version": "1.1",
        "headers": headers,
        "request_headers": (),
        "payload": body,
        "body": body,
        "quality": Quality.OK,
        **fields,
    })  # fmt: skip


def read_body(body, url=ARTICLE_URL, *, expected=PageKind.ARTICLE, **fields):
    """What the rules see in this body at that URL."""
    return read(captured(body, url, **fields), SITE, expected)


def page(path, *, visit=0, dice=1):
    """The replica's page at a path, as bytes; it has to be there."""
    shown = page_at(STATES[visit], path, dice=Random(dice))
    assert shown.status == 200
    return shown.html.encode()


def read_path(path, *, visit=0, dice=1, expected=PageKind.ARTICLE):
    """What the rules see on the replica's page at a path."""
    return read_body(page(path, visit=visit, dice=dice), BASE + path, expected=expected)
