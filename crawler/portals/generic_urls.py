"""What the URLs of a site mean that nobody knows: what is never asked for, what is an article."""

import re

from crawler.layout import UrlRules

_NEVER = (
    (
        "login",
        re.compile(
            r"(?:^|/)(?:dang-nhap|dang-ky|dang-xuat|log-?in|log-?out|sign-?(?:in|up|out)|register"
            r"|wp-login|my-?account|tai-khoan|user/(?:login|register|password))"
            r"(?:\.[a-z]{2,5})?(?:[/?]|$)|[?&]p_p_id=58(?:&|_|$)",
            re.IGNORECASE,
        ),
    ),
    (
        "action",
        re.compile(
            r"[?&](?:p_p_lifecycle=[12]|action=|do=|replytocom=|add-to-cart=|share=)|/cdn-cgi/",
            re.IGNORECASE,
        ),
    ),
    (
        "portal internals",
        re.compile(r"^/(?:wp-admin|wp-json|xmlrpc\.php|_layouts|administrator)(?:/|$)|/admincp/"),
    ),
    ("print twin", re.compile(r"[?&](?:print|viewMode)=|/(?:print|in-bai|amp)(?:/|$)", re.I)),
    ("search", re.compile(r"^/(?:tim-kiem|search|tag-search)(?:\.[a-z]{3,5})?(?:[/?]|$)|[?&]s=")),
)
_ARTICLE_URL = re.compile(
    # a number before the ending: -218743.html, /218743.htm, .218743.html, -post218743.html
    r"[-/._a-z][0-9]{5,18}\.(?:html?|aspx?|jsp|php|amp|chn|vnp|ldo|vov|epi|tpo|bld|vgp|dec|htmlx)$"
    # a number at the end: /slug-218743, /post/218743, -post218743
    r"|[-/](?:post|art|article|news|id|a|c|d|n|p)?-?[0-9]{5,18}/?$"
    # a day or month, then a slug: /2026/05/05/slug-of-words, /20260505/slug-of-words
    r"|/(?:19|20)[0-9]{2}(?:/[01]?[0-9](?:/[0-3]?[0-9])?|[01][0-9][0-3][0-9])"
    r"/[^/.a-z]*[a-z][^/.-]*-[^/.]*+(?:\.(?:html?|php|aspx))?/?$",
    re.IGNORECASE,
)

URLS = UrlRules(article=_ARTICLE_URL, never=_NEVER)
