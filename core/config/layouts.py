"""How one portal's pages are read, as its section of the config may say it.

Everything that a family's file can say, in TOML. What a selector or a pattern means is checked
where they are used (`crawler/custom.py`); here stand the names and the shapes.
"""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from core.config.section import Section

INHERITED = "..."  # in a list: what the base layout has, at this place
Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Texts = Annotated[tuple[Text, ...], Field(strict=False, max_length=100)]


class CandidateConfig(Section):
    """One place where a field may stand. A bare string is its selector."""

    selector: Text
    attribute: Text | None = None
    pattern: Text | None = None


Candidates = Annotated[tuple[Text | CandidateConfig, ...], Field(strict=False, max_length=100)]


class ListingConfig(Section):
    """The items of a listing; selectors but `item` are relative to it, "" is the item itself."""

    item: Text
    title: str
    link: str
    timer: str | None = None
    view_count: str | None = None
    summary: str | None = None
    image: str | None = None


class WeatherConfig(Section):
    """A weather block: one row per place."""

    row: Text
    place: str
    value: str


class PollConfig(Section):
    """A poll; selectors but `block` are relative to it, those of an option to the option."""

    block: Text
    question: str
    option: Text
    text: str = ""
    votes: str | None = None
    share: str | None = None
    title: str | None = None
    total: str | None = None
    native_id: CandidateConfig | None = None
    open_sign: str | None = None
    closed_sign: str | None = None


class LinkBlockConfig(Section):
    """A block of links beside the content."""

    block: Text
    title: str | None = None
    link: str = "a[href]"


class SignConfig(Section):
    """Evidence: a selector, and a pattern that its text must hold."""

    selector: Text
    words: Text | None = None


class LayoutConfig(Section):
    """One layout of one portal. What it does not say, its base says."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9./-]{0,59}$")] | None = None
    base: Text | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    article_signs: Texts | None = None
    fields: dict[str, Candidates] = Field(default_factory=dict)
    body: Texts | None = None
    body_skip: Texts | None = None
    required: Texts | None = None
    related: str | None = None
    attachments: str | None = None
    menu: str | None = None
    visitors: str | None = None
    next_page: Candidates | None = None
    date_formats: Texts | None = None
    listing: tuple[ListingConfig, ...] = Field(default=(), strict=False)
    weather: tuple[WeatherConfig, ...] = Field(default=(), strict=False)
    polls: tuple[PollConfig, ...] = Field(default=(), strict=False)
    link_blocks: tuple[LinkBlockConfig, ...] = Field(default=(), strict=False)
    missing_signs: tuple[SignConfig, ...] = Field(default=(), strict=False)
    login_signs: tuple[SignConfig, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _dates_in_order(self) -> "LayoutConfig":
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError("allowed is a valid_from before valid_until")
        return self


class UrlsConfig(Section):
    """What this portal's URLs mean, beyond its family's rules. Patterns see path and query."""

    article: Text | None = None
    has_query_articles: bool | None = None
    never: Texts = ()
    drop_params: Texts = ()
