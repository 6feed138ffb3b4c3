"""The pure steps of content: what makes a version, and what never does."""

import itertools
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jsonform import article_to_json
from core.records import Article, Attachment, Block, BlockKind, Image, Precision, When
from storage.versions import (
    CONTENT_FIELDS,
    Begun,
    Cause,
    Current,
    Extended,
    Seen,
    content_hash,
    fields_changed,
    next_version,
    text_hash,
)
from tests.storage.recording import HOME, LONG, RULES, START, article, paragraphs

APART = timedelta(hours=6)
HOUR = timedelta(hours=1)


def seen(found: Article, *, rules: str = RULES, body: str = "body-1") -> Seen:
    """A good reading of an article."""
    content = article_to_json(found)
    return Seen(
        at=START,
        content=content,
        content_hash=content_hash(content),
        rules=rules,
        body_sha256=body,
    )


def folded(readings: Iterable[Seen]) -> tuple[list[Begun], Current | None]:
    """The versions that readings begin, in order, and the state they end in."""
    begun: list[Begun] = []
    current: Current | None = None
    hashes: list[str] = []
    for one in readings:
        step = next_version(current, one)
        if isinstance(step, Begun):
            begun.append(step)
            hashes.append(one.content_hash)
        current = Current(
            version_no=len(hashes),
            content=one.content,
            content_hash=one.content_hash,
            rules=one.rules,
            body_sha256=one.body_sha256,
            earlier={h: hashes.index(h) + 1 for h in hashes[:-1]},
        )
    return begun, current


def step_from(old: Article, new: Article) -> Begun | Extended:
    """What a second reading does after a first one."""
    _, current = folded([seen(old)])
    return next_version(current, seen(new))


# --- what makes no version -----------------------------------------------------------------------


def _decomposed(found: Article) -> Article:
    nfd = lambda text: unicodedata.normalize("NFD", text)  # noqa: E731
    return replace(
        found,
        title=nfd(found.title),
        lead=nfd(found.lead or ""),
        blocks=tuple(replace(block, text=nfd(block.text)) for block in found.blocks),
        images=tuple(replace(image, caption=nfd(image.caption or "")) for image in found.images),
        authors=tuple(map(nfd, found.authors)),
        attachments=tuple(replace(file, name=nfd(file.name)) for file in found.attachments),
    )


SAME = {
    "decomposed": (article(), _decomposed(article())),
    "tones": (
        article(blocks=paragraphs("Hòa bình, khỏe mạnh, ủy ban, Thúy hoa, HÒA, thủy")),
        article(blocks=paragraphs("Hoà bình, khoẻ mạnh, uỷ ban, Thuý hoa, HOÀ, thuỷ")),
    ),
    "spaces": (
        article(blocks=paragraphs("Một hai ba", "bốn")),
        article(blocks=paragraphs(" Một\u00a0hai \t ba\u200b", "", "bốn\n")),
    ),
    "paragraphs": (
        article(blocks=paragraphs("Một hai. Ba bốn.")),
        article(blocks=paragraphs("Một hai.", "Ba bốn.")),
    ),
    "markup": (
        article(blocks=paragraphs("Phần một", "Việc đã làm")),
        article(
            blocks=(
                Block(kind=BlockKind.HEADING, text="Phần một"),
                Block(kind=BlockKind.LIST, text="Việc đã làm"),
            )
        ),
    ),
    "no lead": (article(lead=None), article(lead=" ")),
    "image block moved": (
        article(),
        article(blocks=(article().blocks[0], article().blocks[2], article().blocks[1])),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_content_in_another_form_makes_no_version(name: str) -> None:
    """Unicode form, spaces, tone placement and markup never make a version."""
    old, new = SAME[name]
    assert fields_changed(article_to_json(old), article_to_json(new)) == ()
    assert step_from(old, new) == Extended()


@pytest.mark.parametrize(
    "changes",
    [
        {"updated": When(at=START, precision=Precision.MINUTE, text="x", on=START.date())},
        {"section": "Văn hóa"},
        {"breadcrumb": ("a", "b")},
        {"tags": ("c",)},
        {"language": "en"},
        {"url": f"{HOME}khac/-/view_content/8104417-ten-moi.html"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_clocks_sections_and_addresses_make_no_version(changes: dict[str, Any]) -> None:
    """What is not content is not compared."""
    assert step_from(article(), article(**changes)) == Extended()


# --- what makes one ------------------------------------------------------------------------------

CAPTION = Image(url=f"{HOME}image?img_id=1", caption="Cán bộ thú y xã")
DIFFERENT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "number": (
        {"blocks": (replace(article().blocks[0], text="Đến nay đã tiêm 1.420 con, đạt 87%."),
                    *article().blocks[1:])},
        ("text",),
    ),
    "case": ({"title": article().title.upper()}, ("title",)),
    "title": ({"title": "Tiêm phòng dại cho 1.420 con chó, mèo"}, ("title",)),
    "lead": ({"lead": "Chiến dịch đã dừng."}, ("lead",)),
    "lead gone": ({"lead": None}, ("lead",)),
    "caption": (
        {"images": (CAPTION,),
         "blocks": (article().blocks[0], replace(article().blocks[1], text=CAPTION.caption),
                    article().blocks[2])},
        ("captions",),
    ),
    "image": ({"images": (Image(url=f"{HOME}image?img_id=2", caption="Cán bộ thú y"),)},
              ("images",)),
    "image gone": ({"images": (), "blocks": article().blocks[::2]}, ("captions", "images")),
    "author": ({"authors": ("PHẠM HẢO", "THÀNH CHUNG")}, ("authors",)),
    "author gone": ({"authors": ()}, ("authors",)),
    "attachment name": (
        {"attachments": (Attachment(url=article().attachments[0].url, name="Kế hoạch 2"),)},
        ("attachments",),
    ),
    "attachment url": (
        {"attachments": (Attachment(url=f"{HOME}documents/2/b.pdf", name="Kế hoạch"),)},
        ("attachments",),
    ),
    "publish time": (
        {"published": replace(article().published, at=START - timedelta(hours=2))},
        ("published_at",),
    ),
    "title and text": (
        {"title": "Khác", "blocks": paragraphs("Khác hẳn.")}, ("title", "text")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_change_of_content_makes_a_version_that_names_exactly_its_fields(name: str) -> None:
    """Each content field that changed is named, in the fixed order, and no other."""
    changes, fields = DIFFERENT[name]
    step = step_from(article(), article(**changes))
    assert isinstance(step, Begun)
    assert step.fields == fields
    assert step.version_no == 2
    assert step.returns_to is None


def test_a_changed_number_is_counted_as_one_word() -> None:
    """Characters added and removed are those of the whole number, on both sides."""
    step = step_from(
        article(blocks=paragraphs("tiêm 1.240 con")), article(blocks=paragraphs("tiêm 1.420 con"))
    )
    assert isinstance(step, Begun)
    assert (step.added_chars, step.removed_chars) == (5, 5)


def test_the_first_reading_is_version_one_and_differs_from_nothing() -> None:
    """No fields, no characters, no quietness: there was nothing before."""
    step = next_version(None, seen(article()))
    assert step == Begun(
        version_no=1,
        returns_to=None,
        cause=Cause.FIRST,
        fields=(),
        added_chars=0,
        removed_chars=0,
        is_quiet=None,
    )


def test_an_edit_is_quiet_when_the_site_shows_an_update_time_that_did_not_move() -> None:
    """Moved: not quiet; the same: quiet; none shown: nobody can say."""
    then = When(at=START, precision=Precision.MINUTE, text="", on=START.date())
    later = replace(then, at=START + HOUR)
    for before, after, is_quiet in ((then, then, True), (then, later, False), (None, None, None)):
        step = step_from(article(updated=before), article(updated=after, title="Khác"))
        assert isinstance(step, Begun)
        assert step.is_quiet is is_quiet


@pytest.mark.parametrize(
    ("texts", "returns"),
    [
        ("ABA", [None, None, 1]),
        ("ABAB", [None, None, 1, 2]),
        ("ABCA", [None, None, None, 1]),
        ("AABBA", [None, None, 1]),
        ("ABCBA", [None, None, None, 2, 1]),
    ],
)
def test_a_return_to_an_earlier_text_names_the_version_that_had_it_first(
    texts: str, returns: list[int | None]
) -> None:
    """Each return is a version of its own; equal neighbours are one."""
    begun, _ = folded(seen(article(title=letter)) for letter in texts)
    assert [step.returns_to for step in begun] == returns
    assert [step.version_no for step in begun] == list(range(1, len(returns) + 1))


@pytest.mark.parametrize(
    ("rules", "body", "cause"),
    [
        (RULES, "body-2", Cause.SITE),
        (RULES, "body-1", Cause.SITE),
        ("rules-2", "body-1", Cause.RULES),
        ("rules-2", "body-2", Cause.EITHER),
    ],
)
def test_a_version_says_whether_the_site_or_our_rules_made_it(
    rules: str, body: str, cause: Cause
) -> None:
    """Equal bytes under other rules is a change of ours; both different can be either."""
    _, current = folded([seen(article())])
    step = next_version(current, seen(article(title="Khác"), rules=rules, body=body))
    assert isinstance(step, Begun)
    assert step.cause is cause


def test_equal_content_under_other_rules_is_no_version() -> None:
    """Better rules that see the same thing change nothing."""
    _, current = folded([seen(article())])
    assert next_version(current, seen(article(), rules="rules-2", body="b")) == Extended()


def test_short_texts_are_never_twins() -> None:
    """Two formal notices of a line each may be equal by chance; only long texts join a cluster."""
    assert text_hash(article_to_json(article())) == ""
    long = text_hash(article_to_json(article(blocks=paragraphs(LONG))))
    other = text_hash(article_to_json(article(title="X", blocks=paragraphs(LONG.upper(), ""))))
    assert long == other != ""


# --- laws ----------------------------------------------------------------------------------------

_letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_vietnamese = st.text(
    st.sampled_from("aàảãáạăâđeêiìoòơuùưyỳ ỷủhktn.,1240\u0300\u0301 "), max_size=30
)
_texts = _letters | _vietnamese
_articles = st.builds(
    article,
    title=_texts,
    lead=st.none() | _texts,
    blocks=st.lists(_texts, max_size=4).map(lambda texts: paragraphs(*texts)),
    authors=st.lists(_texts, max_size=2).map(tuple),
    images=st.lists(st.builds(Image, url=_letters, caption=st.none() | _texts), max_size=2).map(
        tuple
    ),
    attachments=st.lists(st.builds(Attachment, url=_letters, name=_texts), max_size=2).map(tuple),
)
_spaces = st.text(st.sampled_from(" \t\n\u00a0\u2003\u200b"), min_size=1, max_size=4).filter(
    lambda text: text.strip("\u200b") != ""
)


@given(_articles)
def test_the_same_reading_twice_changes_nothing(found: Article) -> None:
    """Deciding twice is deciding once."""
    begun, current = folded([seen(found), seen(found), seen(found)])
    assert len(begun) == 1
    assert next_version(current, seen(found)) == Extended()


@given(_articles, st.data())
def test_white_space_never_makes_a_version(found: Article, data: st.DataObject) -> None:
    """Any space may become any other run of spaces, and ends may be padded."""

    def spaced(text: str) -> str:
        inner = " ".join(text.split(" ")).replace(" ", data.draw(_spaces))
        return data.draw(_spaces) + inner + data.draw(_spaces)

    padded = replace(
        found,
        title=spaced(found.title),
        lead=spaced(found.lead or ""),
        blocks=tuple(replace(block, text=spaced(block.text)) for block in found.blocks),
        authors=tuple(map(spaced, found.authors)),
        images=tuple(replace(i, caption=spaced(i.caption or "")) for i in found.images),
        attachments=tuple(replace(f, name=spaced(f.name)) for f in found.attachments),
    )
    assert step_from(found, padded) == Extended()


@given(_articles)
def test_the_form_of_unicode_never_makes_a_version(found: Article) -> None:
    """A page that is sent decomposed one day is the same page."""
    assert step_from(found, _decomposed(found)) == Extended()


@given(_articles, _articles)
def test_the_hash_and_the_named_fields_never_disagree(old: Article, new: Article) -> None:
    """There is a version exactly when some field is named, in the fields' order."""
    step = step_from(old, new)
    fields = fields_changed(article_to_json(old), article_to_json(new))
    assert (fields == ()) == (step == Extended())
    assert list(fields) == [name for name in CONTENT_FIELDS if name in fields]


@given(st.text("ABC", min_size=1, max_size=12))
def test_versions_are_the_runs_of_equal_content(texts: str) -> None:
    """As many versions as runs; a return points at the first run of that text."""
    runs = [letter for letter, _ in itertools.groupby(texts)]
    begun, _ = folded(seen(article(title=letter)) for letter in texts)
    expected = [
        runs.index(letter) + 1 if runs.index(letter) < at else None
        for at, letter in enumerate(runs)
    ]
    assert [step.returns_to for step in begun] == expected
