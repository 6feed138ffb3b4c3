"""WordPress: classic and block themes, Newspaper, Flatsome, and whatever theme else.

Evidence: templates and core blocks of WordPress/WordPress (Twenty Ten to Twenty Twenty-Five),
tomusborne/generatepress (inc/structure), geekcloud-net/flatsome (template-parts/posts), the modules
of tagDiv Newspaper, the default markup of WP-Polls, Post Views Counter, Jetpack and AddToAny.
Another theme is read by the generic layouts, unless its body class says page or archive. Themes
print no lead: an excerpt is written for lists.
"""

import re
from dataclasses import replace

from crawler.layout import Candidate, Family, Layout, ListingRules, PollRules, Sign, UrlRules, css
from crawler.portals.generic import GENERIC

_P = "[id^=post-]"
_LIST = "body:not(.single) "  # below an article a list is only related
_OWN = ":not(.wp-block-query *)"
_ID = re.compile(r"(?:^| |[?&])(?:postid-|p=)([0-9]{1,12})(?: |$)")
_SIGNED = ".entry-content > p[style*='text-align: right']:last-of-type:has(> strong:only-child)"
_IMAGE = "img:is(.wp-post-image, .entry-thumb)"
_LOCKED = ".entry-content form.post-password-form"
_NO_ARTICLE = ".page, .home, .blog, .archive, .search, .error404, .attachment, .single-product"
URLS = UrlRules(
    article=re.compile(
        r"[?&]p=(?P<id>[0-9]{1,12})(?:&|$)|^[^?]+\.html(?:\?|$)|^/(?:[^?]+/)?[0-9]{4}/[01][0-9]/"
        r"(?:[0-3][0-9]/)?(?!(?:[0-9]+|page)/?(?:\?|$))[^/?.]+/?(?:\?|$)"
    ),
    has_query_articles=True,
    never=(
        ("login", re.compile(r"/wp-(?:login|signup|register)\.php|^/(?:dang-nhap|my-account)/")),
        ("action", re.compile(r"[?&](?:replytocom|add-to-cart|share|_wpnonce|action|preview)=")),
        ("portal internals", re.compile(r"/wp-(?:admin|json)/|/(?:xmlrpc|wp-cron)\.php|/oembed/")),
        ("twin", re.compile(r"[?&](?:print|amp|noamp)(?:=|&|$)|/(?:amp|print)/?$")),
        ("search", re.compile(r"[?&]s=|^/(?:search|tim-kiem)/")),
        ("comments", re.compile(r"^/comments/|/comment-page-|/[0-9]{4}/[01][0-9]/.+/feed/?$")),
    ),
    drop_params=frozenset({"nb", "relatedposts_hit", "relatedposts_origin"}),
)
_SKIP = (
    ".sharedaddy, .jp-relatedposts, .addtoany_share_save_container, .a2a_kit, .blog-share, .wpcf7",
    ".heateor_sss_sharing_container, .td-post-sharing, .wp-block-social-links, .kk-star-ratings",
    ".wp-block-latest-posts, .wp-block-latest-comments, .wp-block-query, .yarpp-related, .wp-polls",
    ".related-posts, .crp_related, .td_block_related_posts, .td-a-rec, .adsbygoogle, .code-block",
    "#toc_container, #ez-toc-container, .lwptoc, .post-views, .author-box, .wp-block-file__button",
    _SIGNED,
    ".screen-reader-text, .page-links, .mc4wp-form, .wp-video, .wp-block-embed, .wp-block-video",
)
_FIELDS = {
    "native_id": (Candidate(selector="body[class*=postid-]", attribute="class", pattern=_ID),
                  Candidate(selector="link[rel=shortlink]", attribute="href", pattern=_ID)),
    "title": css("h1.wp-block-post-title", "h1.tdb-title-text", "h1.entry-title"),
    "lead": css(".td-post-sub-title, .entry-subtitle, .post-subtitle, header .entry-content"),
    "published": (
        *css(f"{_P} time.published", f".wp-block-post-date{_OWN} time", attribute="datetime"),
        *css(f".tdb_single_date time, {_P} time:not(.updated)", f"{_P} time", attribute="datetime"),
        *css("meta[property='article:published_time']", attribute="content"),
        *css("::json-ld datePublished", f"{_P} :is(.published, .entry-date, .post-date a)")),
    "updated": (*css(f"{_P} time.updated:not(.published, .entry-date)", attribute="datetime"),
                *css("meta[property='article:modified_time']", attribute="content"),
                *css("::json-ld dateModified")),
    "authors": css(f"{_P} :is(.byline .fn, .author.vcard .fn, .author-name, .post-author a)",
                   ".tdb-author-name, .td-post-author-name a, .wp-block-post-author-name",
                   ".wp-block-post-author__name", "::json-ld author.name", _SIGNED),
    "section": css(f"{_P} :is(a[rel~=category], .entry-category a), .tdb-entry-category",
                   f".taxonomy-category{_OWN} a", "::json-ld articleSection"),
    "breadcrumb": css(
        ".rank-math-breadcrumb a, #breadcrumbs a, .entry-crumbs a, .tdb-breadcrumbs a",
        *(f"::json-ld BreadcrumbList/itemListElement.{each}" for each in ("name", "item.name"))),
    "tags": css(f"{_P} :is(a[rel=tag], .td-tags a), .tdb-tags a, .taxonomy-post_tag{_OWN} a",
                "::json-ld keywords"),
    "view_count": css(".post-views", ".td-post-views, .tdb_single_post_views", ".entry-views"),
    "comment_count": css(".comments-title, .wp-block-comments-title, .td-comments-title",
                         f"{_P} .comments-link a", "::json-ld commentCount"),
}  # fmt: skip
_LISTING = (
    ListingRules(item=f"{_LIST}li.wp-block-post", title=".wp-block-post-title", link="a[href]",
                 timer=".wp-block-post-date", summary="p[class$=__excerpt]", image=_IMAGE),
    ListingRules(item=f"{_LIST}:is(.td_module_wrap, .tdb_module_loop)", title=".td-module-title",
                 link=".td-module-title a", timer="time", summary=".td-excerpt", image=_IMAGE),
    ListingRules(item=f"{_LIST}.post-item", title=".post-title", link="a[href]", timer=".post-meta",
                 summary=".from_the_blog_excerpt", image=_IMAGE),
    ListingRules(item=f"{_LIST}:is(.hentry, .type-post)", title=".entry-title", image=_IMAGE,
                 link=".entry-title a", timer="time.published, .published, .entry-date",
                 summary=".entry-summary p, .entry-content p"),
)  # fmt: skip
_THEMES = Layout(
    id="wordpress/themes",
    article_signs=(f"body.single:not({_NO_ARTICLE}):not(:has({_LOCKED}))",
                   "h1:is(.entry-title, .wp-block-post-title, .tdb-title-text)",
                   ".entry-content, .td-post-content, .tdb_single_content"),
    fields=_FIELDS,
    body=(".wp-block-post-content", ".td-post-content", ".tdb_single_content",
          ".entry-content:not(header *)", ".entry-content"),
    body_skip=_SKIP,
    related=".jp-relatedposts, .related-posts, .td_block_related_posts, .single .wp-block-query",
    listing=_LISTING, unread=(".screen-reader-text", "a.more-link"),
    next_page=css("a.next:is(.page-numbers, .page-number), a.wp-block-query-pagination-next",
                  f".page-nav a[aria-label=next-page], {_LIST}.nav-previous a", "link[rel=next]"),
    menu=".menu-item > a[href], a.wp-block-navigation-item__content[href]",
    polls=(PollRules(block=".wp-polls:has(input[type=radio])", question="strong", text="label",
                     option=".wp-polls-ul li", open_sign="input[type=radio]",
                     native_id=Candidate(selector="input[name=poll_id]", attribute="value")),),
    missing_signs=(Sign(selector="body.error404, section.error-404"),),
    login_signs=(Sign(selector=f"body.login #loginform, {_LOCKED}"),),
)  # fmt: skip
_OTHERS = (
    replace(_THEMES, id=each.id.replace("generic", "wordpress"), body=each.body,
            article_signs=(f"body:not({_NO_ARTICLE}):not(:has({_LOCKED}))", *each.article_signs),
            body_skip=each.body_skip + _SKIP,
            fields={**each.fields, "native_id": _FIELDS["native_id"]})
    for each in GENERIC.layouts
)  # fmt: skip
WORDPRESS = Family(
    id="wordpress",
    marks=("meta[name=generator][content^='WordPress' i]", "link[rel='https://api.w.org/']",
           "link[rel=stylesheet][href*='/wp-content/']", "script[src*='/wp-includes/']"),
    signs=("[src*='/wp-includes/'], [href*='/wp-content/']", "body[class*='wp-'], .hentry"),
    urls=URLS, layouts=(_THEMES, *_OTHERS),
)  # fmt: skip
