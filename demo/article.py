"""The page of one article: the markup of a body, typed in cleanly, from Word or by an importer.

Decides what the clerk's editor and the customised Asset Publisher make of a `Story`. Refuses to
know at which address it stands. Pure.
"""

from html import escape
from typing import assert_never

from demo.frame import SITE_NAME, View, document, portlet
from demo.parts import breadcrumb, image_src, suffixed, timer, url_of
from demo.stories import (
    Bullets,
    File,
    Paragraph,
    Paste,
    Picture,
    Story,
    Table,
    section_name,
)

RELATED_LENGTH = 5


def article_document(view: View, story: Story) -> str:
    """The page of an article: breadcrumb, title, timer, lead, body, byline, related list."""
    body = "\n".join(_piece(view, story, position) for position in range(len(story.body)))
    byline = (
        '\n<p align="right" class="view-content-author"> '
        f"<strong><em>{escape(' - '.join(story.authors))}</em></strong> </p>"
        if story.authors
        else ""
    )
    letters = view.id_letters()
    middle = f"""<div>
<div class="asset-full-content-title">{escape(story.title)}</div>
{timer(view, story)}
<div class="asset-full-content  show-asset-title">
<div class="asset-content" id="_101_{story.native_id}">
<div class="sapo-wrapper clearfix">
<p class="sapo">
<strong>{escape(story.lead)}</strong>
</p>
</div>
<div class="journal-content-article">
{body}{byline}
</div> </div> </div>
<div class="asset-control-detail">
<span class="print-action" > <a href="javascript:_101_printPage_0();" class=" taglib-icon"
 id="_101_{letters}_column1_1" > <span class="taglib-text ">{view.say("In", "Print")}</span>
</a> </span> <span class="mailto-action" > <a href="mailto:" class=" taglib-icon"
 id="_101_{letters}_column1_2" >
<span class="taglib-text ">{view.say("Gửi email", "Send email")}</span> </a> </span> </div>
{_related(view, story)}
</div>"""
    main = breadcrumb(view, story.section) + portlet(
        "101", css="portlet-asset-publisher", body=middle
    )
    title = f"{story.title} - {section_name(story.section)} - {SITE_NAME}"
    return document(view, title=title, main=main, alternates=suffixed(view), is_front=False)


def _piece(view: View, story: Story, position: int) -> str:
    piece = story.body[position]
    match piece:
        case Paragraph():
            return _paragraph(escape(piece.text), story.paste, is_first=position == 0)
        case Picture():
            return _picture(view, piece, story.paste)
        case Bullets():
            items = "\n".join(f"<li>{escape(item)}</li>" for item in piece.items)
            return f"<ul>\n{items}\n</ul>"
        case Table():
            return _table(piece)
        case File():
            link = f'<a href="{escape(piece.href)}" target="_blank">{escape(piece.name)}</a>'
            return f'<p style="text-align: justify;">{link}</p>'
        case _:
            assert_never(piece)


def _paragraph(text: str, paste: Paste, *, is_first: bool) -> str:
    match paste:
        case Paste.PLAIN:
            return f'<p style="text-align: justify;">{text}</p>'
        case Paste.WORD:
            return (
                '<p class="MsoNormal" style="margin: 6.0pt 0.0cm;text-align: justify;'
                'line-height: 130.0%;"><span lang="VI" style="font-size: 14.0pt;font-family: '
                f"'Times New Roman' , serif;\">{text}<o:p></o:p></span></p>"
            )
        case Paste.IMPORTED if is_first:
            return f"{text}</p>"  # the importer lost the opening tag
        case Paste.IMPORTED:
            return f'<p style="font-family: arial , verdana;font-size: 12px;">{text}</p> </p>'
        case _:
            assert_never(paste)


def _picture(view: View, picture: Picture, paste: Paste) -> str:
    image = (
        f'<img alt="" src="{image_src(view, picture)}" style="width: 480.0px;height: 270.0px;" />'
    )
    if not picture.caption:
        return f'<p style="text-align: center;">{image}</p>'
    caption = escape(picture.caption)
    if paste is Paste.WORD:
        return (
            f'<p align="center" class="MsoNormal" style="text-align: center;">{image}</p>\n'
            '<p align="center" class="MsoNormal" style="text-align: center;"><i><span lang="VI" '
            f'style="font-size: 13.0pt;">{caption}<o:p></o:p></span></i></p>'
        )
    return f'<p style="text-align: center;">{image}</p>\n<p>{caption}</p>'


def _table(table: Table) -> str:
    rows = "\n".join(
        "<tr> " + " ".join(f"<td>{escape(cell)}</td>" for cell in row) + " </tr>"
        for row in table.rows
    )
    return (
        '<table border="1" cellpadding="0" cellspacing="0" style="width: 100.0%;"> <tbody>\n'
        f"{rows}\n</tbody> </table>"
    )


def _related(view: View, story: Story) -> str:
    others = [it for it in view.state.in_section(story.section) if it is not story]
    chosen = view.dice.sample(others, k=min(RELATED_LENGTH, len(others)))
    items = "\n".join(
        f'<li><a href="{url_of(view, other)}">{escape(other.title)}</a></li>' for other in chosen
    )
    return f"""<div class="related_asset">
<div class="related_asset_title">{view.say("Các tin khác", "Other News")}</div>
<ul class="related_asset_list">
{items}
</ul> </div>"""
