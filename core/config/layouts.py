"""How one portal's pages are read, as its section of the config may say it.

Everything that a family's file can say, in TOML. What a selector or a pattern means is checked
where they are used (`crawler/custom.py`); here stand the names and the shapes.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from core.config.section import Section

INHERITED = "..."  # in a list: what the base layout has, at this place
_ID = re.compile(r"[a-z0-9][a-z0-9./-]{0,59}")
_MANY = Field(strict=False, max_length=100)


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("allowed are at most 60 small letters, digits and . / - within")
    return value


Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Texts = Annotated[tuple[Text, ...], _MANY]
Inside = Annotated[str, Field(max_length=2_000)]  # relative to a node; "" is the node itself


class CandidateConfig(Section):
    """One place where a field or a link may stand. A bare string is its selector."""

    selector: Text
    attribute: Text | None = None
    pattern: Text | None = None
    template: Text | None = None  # of a link: where its value goes in a URL


Candidates = Annotated[tuple[Text | CandidateConfig, ...], _MANY]


class ListingConfig(Section):
    """The items of a listing; selectors but `item` are relative to it, "" is the item itself."""

    item: Text
    title: Inside
    link: Inside
    timer: Inside | None = None
    view_count: Inside | None = None
    summary: Inside | None = None
    image: Text | None = None


class WeatherConfig(Section):
    """A weather block: one row per place."""

    row: Text
    place: Inside
    value: Inside


class PollConfig(Section):
    """A poll; selectors but `block` are relative to it, those of an option to the option."""

    block: Text
    question: Inside
    option: Text
    text: Inside = ""
    votes: Inside | None = None
    share: Inside | None = None
    title: Inside | None = None
    total: Inside | None = None
    native_id: Text | CandidateConfig | None = None
    open_sign: Text | None = None
    closed_sign: Text | None = None


class LinkBlockConfig(Section):
    """A block of links beside the content."""

    block: Text
    title: Inside | None = None
    link: Text = "a[href]"


class SignConfig(Section):
    """Evidence: a selector, and a pattern that its text must hold."""

    selector: Text
    words: Text | None = None


class LayoutConfig(Section):
    """One layout of one portal. What it does not say, its base says; its dates are its own."""

    id: Annotated[str, AfterValidator(_id)] | None = None
    base: Text | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    article_signs: Texts | None = None
    fields: dict[str, Candidates] = Field(default_factory=dict)
    body: Texts | None = None
    body_skip: Texts | None = None
    required: Texts | None = None
    unread: Texts | None = None
    related: Text | None = None
    images: Text | None = None
    attachments: Text | None = None
    menu: Text | None = None
    visitors: Text | None = None
    next_page: Candidates | None = None
    poll_results: Candidates | None = None
    date_formats: Texts | None = None
    listing: Annotated[tuple[ListingConfig, ...], _MANY] = ()
    weather: Annotated[tuple[WeatherConfig, ...], _MANY] = ()
    polls: Annotated[tuple[PollConfig, ...], _MANY] = ()
    link_blocks: Annotated[tuple[LinkBlockConfig, ...], _MANY] = ()
    missing_signs: Annotated[tuple[SignConfig, ...], _MANY] = ()
    login_signs: Annotated[tuple[SignConfig, ...], _MANY] = ()

    @model_validator(mode="after")
    def _dates_in_order(self) -> "LayoutConfig":
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError(
                f"allowed is a valid_from ({self.valid_from}) before valid_until "
                f"({self.valid_until}), itself the first day after"
            )
        return self


class UrlsConfig(Section):
    """What this portal's URLs mean, beyond its family's rules.

    `never` sees path and query; `article` the path, and the query with `has_query_articles`.
    """

    article: Text | None = None
    has_query_articles: bool | None = None
    never: Texts = ()
    drop_params: Texts = ()
