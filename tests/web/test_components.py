"""Each component says what it should, for eyes and for ears, and escapes what people typed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from kanal.config import clock
from kanal.web.components import Crumb, File, Tab, TimelineItem
from kanal.web.ui.marks import STATUSES

pytestmark = pytest.mark.urls("tests.web.urls")

EVIL = "<script>alert(1)</script>"
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;"
STAGES = [("a", "Prospect"), ("b", "Quoting"), ("c", "Closing")]


def draw(source: str, path: str = "/", **facts) -> str:
    request = RequestFactory().get(path)
    return Template(source).render(Context({"request": request, **facts}))


@pytest.mark.parametrize(
    "source",
    [
        "{% status 'won' evil %}",
        "{% status evil %}",
        "{% glyph 'won' evil %}",
        "{% tag evil %}",
        "{% person evil %}",
        "{% person evil brief=True %}",
        "{% company evil %}",
        "{% icon 'x' label=evil %}",
        "{% facts %}{% fact evil %}{{ evil }}{% endfact %}{% endfacts %}",
        "{% notice %}{{ evil }}{% endnotice %}",
        "{% empty 'inbox' evil %}{{ evil }}{% endempty %}",
        "{% dialog 'a' evil %}{{ evil }}{% enddialog %}",
        "{% opener 'a' evil label=evil %}",
        "{% closer evil %}",
        "{% menu evil %}{{ evil }}{% endmenu %}",
        "{% ring 0.5 evil %}",
        "{% chip evil evil evil %}",
        "{% sort_header evil 'topic' %}",
        "{% path stages 'a' %}",
        "{% breadcrumbs crumbs %}",
        "{% tabs tabs label=evil %}",
        "{% timeline entries %}",
        "{% money 1 evil %}",
    ],
)
def test_what_people_typed_is_escaped(source):
    html = draw(
        source,
        evil=EVIL,
        stages=[("a", EVIL)],
        crumbs=[Crumb(EVIL, "/")],
        tabs=[Tab(EVIL, "/")],
        entries=[
            TimelineItem(at=clock.now(), author=EVIL, body=EVIL, audience=EVIL, files=[File(EVIL, "/f")])
        ],
    )
    assert "<script" not in html
    assert SAFE in html


def test_a_status_is_told_by_a_shape_of_its_own_and_by_a_word():
    shapes = {shape for _hue, shape, _word in STATUSES.values()}
    assert len(shapes) == len(STATUSES) == 11
    html = draw("{% status 'delivered' %}")
    assert "#s-delivered" in html
    assert "Delivered" in html


def test_a_status_is_told_in_the_readers_language():
    with translation.override("da"):
        assert "Sat i venteposition" in draw("{% status 'on_hold' %}")


def test_a_status_of_a_later_version_is_shown_as_it_is():
    assert "frozen" in draw("{% status 'frozen' %}")


def test_an_icon_is_passed_over_unless_it_has_a_meaning_of_its_own():
    assert 'aria-hidden="true"' in draw("{% icon 'bell' %}")
    html = draw("{% icon 'bell' label='Notifications' %}")
    assert 'role="img" aria-label="Notifications"' in html
    assert "aria-hidden" not in html


def test_what_is_not_known_is_a_dash_that_says_so():
    for source in (
        "{% money none 'DKK' %}",
        "{% when none %}",
        "{% day none %}",
        "{% ago none %}",
        "{% number none %}",
    ):
        assert 'aria-label="not set">–' in draw(source, none=None)


def test_a_moment_stands_in_a_time_element_with_the_full_date():
    at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    with clock.frozen(at):
        html = draw("{% when at %}", at=at)
    assert 'datetime="2026-11-24T15:00:00+00:00"' in html
    assert "Tuesday 24 November 2026" in html


def test_initials_are_of_the_first_and_the_last_word():
    html = draw("{{ a|initials }} {{ b|initials }} {{ c|initials }}", a="Anna Maria Øster", b="Bo", c="")
    assert html.split() == ["AØ", "B"]


def test_the_stage_path_says_what_is_done_now_and_to_come():
    html = " ".join(draw("{% path stages 'b' %}", stages=STAGES).split())
    assert 'Prospect<span class="visually-hidden">, done' in html
    assert 'aria-current="step">' in html
    assert "stage 2 of 3" in html
    assert 'Closing<span class="visually-hidden">, to come' in html


@pytest.mark.parametrize(
    ("fraction", "length"), [(0, "0.0"), (Decimal("0.54"), "54.0"), (7, "100.0"), (-1, "0.0")]
)
def test_a_meter_stays_within_its_bounds(fraction, length):
    assert f'width="{length}"' in draw("{% meter fraction %}", fraction=fraction)


def test_the_address_opens_a_dialog_where_scripts_are_off():
    source = "{% dialog 'decline' 'Decline?' %}…{% enddialog %}"
    assert " open>" not in draw(source)
    assert " open>" in draw(source, path="/?dialog=decline")
    assert 'href="?dialog=decline"' in draw("{% opener 'decline' 'Decline…' %}")


def test_a_refused_dialog_opens_at_once():
    assert " open>" in draw("{% dialog 'decline' 'Decline?' open=errors %}…{% enddialog %}", errors={"a": 1})


def test_sorting_turns_round_keeps_the_filters_and_starts_at_the_first_page():
    first = draw("{% sort_header 'Topic' 'topic' %}", path="/?q=erp&page=3")
    assert 'href="?q=erp&amp;sort=topic"' in first
    assert "aria-sort" not in first
    second = draw("{% sort_header 'Topic' 'topic' %}", path="/?q=erp&sort=topic")
    assert 'aria-sort="ascending"' in second
    assert "sort=-topic" in second
    assert 'aria-sort="descending"' in draw("{% sort_header 'Topic' 'topic' %}", path="/?sort=-topic")


def test_the_pager_counts_and_keeps_the_query():
    page = Paginator(range(1234), 25).page(3)
    html = " ".join(draw("{% pager page %}", path="/?q=erp&page=3", page=page).split())
    assert "51 to 75 of 1,234" in html
    assert 'href="?q=erp&amp;page=4" rel="next"' in html
    assert 'href="?q=erp&amp;page=3" aria-current="page"' in html


def test_a_single_page_has_no_links():
    assert "<nav" not in draw("{% pager page %}", page=Paginator(range(3), 25).page(1))


def test_a_link_whose_page_does_not_exist_is_left_out():
    assert draw("{% nav_link 'nowhere:at-all' 'Nowhere' %}").strip() == ""
    assert draw("{% nav_url 'nowhere:at-all' as url %}{{ url }}").strip() == ""


def test_a_main_link_tells_where_the_reader_is():
    assert 'aria-current="page"' in draw("{% nav_link 'web:help' 'Help' %}", path="/help/")
    assert 'aria-current="true"' in draw("{% nav_link 'web:help' 'Help' %}", path="/help/keys/")
    assert "aria-current" not in draw("{% nav_link 'web:help' 'Help' %}", path="/sales/")
    assert 'aria-current="true"' in draw("{% nav_link 'web:help' 'Help' %}", path="/sales/", nav="web:help")


def test_the_timeline_has_a_heading_for_each_day_and_marks_internal_notes():
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    entries = [
        TimelineItem(at=now, author="Sally", body="Between us", internal=True),
        TimelineItem(at=now - timedelta(minutes=1), sentence="Delivered to Nordlys IT"),
        TimelineItem(
            at=now - timedelta(days=4), author="Per", company="Granit", body="Hello", audience="Havn"
        ),
    ]
    with clock.frozen(now):
        html = draw("{% timeline entries %}", entries=entries)
    assert html.count("k-tl-day") == 2
    assert html.index("Today") < html.index("Friday 20 November")
    assert html.count("k-internal") == 1
    assert "to Havn" in html
