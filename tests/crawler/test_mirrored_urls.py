"""The trap in the flesh: 12,650 URLs that one mirroring crawler took from one real portal."""

import gzip
import re

import pytest

from core.config import PortalConfig
from crawler.urls import canonical, native_id, refusal
from portal import site_of
from tests.serving import HANOI

LIST = HANOI / "mirrored-urls.txt.gz"
pytestmark = pytest.mark.skipif(
    not LIST.is_file(),
    reason="shared/pages/hanoi-liferay/mirrored-urls.txt.gz is not beside the project",
)
SITE = site_of("sotttt", PortalConfig(host="sotttt.hanoi.gov.vn", family="hanoi-liferay"))
SUFFIX = re.compile(r"(?:/(?:vi|en))+$")


@pytest.fixture(scope="module")
def mirrored():
    """The list as URLs; it names no scheme."""
    return ["https://" + line for line in gzip.decompress(LIST.read_bytes()).decode().split()]


def form(url):
    found = canonical(url, SITE.home, SITE.family.urls)
    assert found is not None
    return found


def test_of_12_650_addresses_113_would_be_asked_for(mirrored):
    """The list's 80 real pages, the results of three polls among them, and 33 articles."""
    asked = {form(url) for url in mirrored if not refusal(form(url), SITE)}
    ids = {native_id(url, SITE.family.urls) for url in asked} - {None}
    assert len(mirrored) == 12_650
    assert len(asked) == 113
    assert len(ids) == 33
    assert sum(native_id(url, SITE.family.urls) is not None for url in asked) == 33


def test_every_real_page_of_the_list_is_asked_for_but_logins(mirrored):
    """No page is lost to the rules: each address without suffix is asked for or has its reason."""
    real = [url for url in mirrored if not SUFFIX.search(url)]
    reasons = [refusal(form(url), SITE) for url in real]
    assert len(real) == 96
    assert {reason: reasons.count(reason) for reason in set(reasons)} == {
        "": 80,
        "login": 16,
    }


def test_the_only_pop_ups_asked_for_are_results_of_polls(mirrored):
    """Three pages have a poll; each shows its result in a window of its own."""
    asked = {form(url) for url in mirrored if not refusal(form(url), SITE)}
    pop_ups = {url for url in asked if "p_p_state=pop_up" in url}
    assert len(pop_ups) == 3
    assert all("p_p_id=59_INSTANCE_" in url and "p_p_lifecycle=0" in url for url in pop_ups)


def test_a_login_is_refused_with_and_without_suffixes(mirrored):
    """16 addresses of the login, 1,290 with what the trap made of them."""
    plain = [u for u in mirrored if re.search(r"p_p_id=58|/dang-nhap|/login", u)]
    assert len({SUFFIX.sub("", url) for url in plain}) == 16
    assert len(plain) == 1_290
    for url in plain:
        for suffix in ("", "/vi", "/en/vi/en"):
            assert refusal(form(url + suffix), SITE) == "login"


def test_every_address_is_its_page_however_deep_the_trap_was_followed(mirrored):
    """What the suffix was put on is what is meant."""
    assert all(form(url) == form(SUFFIX.sub("", url)) for url in mirrored)
