"""Small pieces that lists and articles of the portal have in common.

Decides how a time line, a link, an image and a breadcrumb are written. Refuses to know which page
they stand on. Pure.
"""

from html import escape
from urllib.parse import quote

from demo.frame import Alternates, View, portlet
from demo.stories import Picture, Story, section_name

_SUMMARY_LETTERS_MAX = 200


def suffixed(view: View) -> Alternates:
    """The language links of an article's address: itself and one suffix more."""
    here = view.base + view.path
    return Alternates(vi=f"{here}/vi", en=f"{here}/en")


def breadcrumb(view: View, slug: str) -> str:
    """Where the page hangs: home, then its section."""
    return portlet(
        "ddlk_WAR_pointportalddlkportlet_INSTANCE_dUoNgDaN0001",
        css="ddlk-portlet",
        body=f"""<div class="dd_chuyenmuc">
<span class="trangchu"><a href="/">{view.say("Trang chủ", "Home")}</a></span>
<span class="tintuc"><p>{section_name(slug)}</p></span>
</div>""",
    )


def timer(view: View, story: Story, *, is_bare: bool = False) -> str:
    """The line of publish time and view count; bare on lists that show dates only."""
    clock = f"{story.posted_at:%H:%M}" if story.has_hour else "12:00 AM"
    moment = f"{story.posted_at:%d/%m/%Y} | {clock}"
    if is_bare:
        return f'<div class="assetPublishDate block_timer">\n{moment}\n</div>'
    return f"""<div class="assetPublishDate block_timer">
{view.say("Ngày đăng", "Publish date")}
{moment}
&nbsp;|&nbsp;View count: {story.views_count}
</div>"""


def thumbnail(view: View, story: Story) -> str:
    """The first image of an article as a link to it; "" when it has none."""
    if not story.pictures:
        return ""
    image = f'<img src="{image_src(view, story.pictures[0])}" alt=""/>'
    return f'<a href="{url_of(view, story)}">{image}</a>'


def image_src(view: View, picture: Picture) -> str:
    """Address of an image; `t=` differs on every call. Escaped."""
    return f"/image/journal/article?img_id={picture.image_id}&amp;t={view.stamp_ms()}"


def url_of(view: View, story: Story) -> str:
    """Absolute address of an article. Escaped."""
    return escape(view.base + quote(story.path))


def summary_of(story: Story) -> str:
    """The start of the lead, cut at a word, as lists print it."""
    if len(story.lead) <= _SUMMARY_LETTERS_MAX:
        return story.lead
    return story.lead[:_SUMMARY_LETTERS_MAX].rpartition(" ")[0] + "..."
