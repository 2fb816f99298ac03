"""The parts of pages: what the tags and partials make of their input."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from qianshou.core import clock, nav
from qianshou.core.pages.style import SampleForm


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def draw(source: str, path: str = "/", **context) -> str:
    request = RequestFactory().get(path)
    return Template("{% load i18n face %}" + source).render(Context({"request": request, **context}))


AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


class TestWords:
    @pytest.fixture(autouse=True)
    def _today(self):
        with clock.frozen(date(2026, 11, 21)):
            yield

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ("{{ at|day }}", "Mon 23 Nov"),
            ("{{ at|day_time }}", "Mon 23 Nov, 08:30"),
            ("{{ at|clock }}", "08:30"),
            ("{{ old|day }}", "Mon 1 Sep 2025"),
            ("{{ at|span:until }}", "Mon 23 Nov 08:30–11:30"),
            ("{{ four|span:six }}", "16:00–18:00"),
            ("{{ old|span:None }}", "from 1 Sep 2025"),
            ("{{ 0|weekday }}", "Mon"),
            ("{{ 9|weekday }}", ""),
            ("{{ None|day }}", ""),
            ("{{ 12800|number }}", "12,800"),
            ("{{ 2.5|number }}", "2.5"),
            ("{{ 1280|yuan }}", "¥1,280.00"),
            ("{{ 0.42|percent }}", "42%"),
            ("{{ '330102201501011234'|masked_id }}", "3301************34"),
            ("{{ '13800005678'|masked_phone }}", "138****5678"),
            ("{{ '5678'|masked_phone }}", "**78"),
            ("{{ ''|masked_phone }}", ""),
        ],
    )
    def test_english(self, source, words):
        context = {
            "at": AT,
            "until": AT + timedelta(hours=3),
            "old": date(2025, 9, 1),
            "four": time(16),
            "six": time(18),
        }
        assert draw(source, **context) == words

    @pytest.mark.parametrize(
        ("before", "words"),
        [
            (timedelta(seconds=20), "just now"),
            (timedelta(minutes=1), "1 minute ago"),
            (timedelta(hours=3), "3 hours ago"),
            (timedelta(days=2), "Thu 19 Nov, 12:00"),
        ],
    )
    def test_ago(self, before, words):
        html = draw("{{ at|ago }}", at=clock.now() - before)
        assert words in html
        assert "<time datetime=" in html

    def test_empty_value_is_read_aloud(self):
        assert "not recorded" in draw("{% fact 'School' '' %}")


class TestParts:
    def test_state_is_colour_icon_and_word(self):
        html = draw("{% chip 'warning' 'Expires' %}")
        assert 'class="chip warning"' in html
        assert "<svg" in html
        assert "Expires" in html

    def test_unknown_kind_is_an_error(self):
        with pytest.raises(TemplateSyntaxError):
            draw("{% chip 'purple' 'x' %}")

    def test_unknown_icon_is_an_error(self):
        with pytest.raises(TemplateSyntaxError):
            draw("{% icon 'no-such-thing' %}")

    def test_icon_is_silent_unless_named(self):
        assert 'aria-hidden="true"' in draw("{% icon 'users' %}")
        assert 'role="img" aria-label="People"' in draw("{% icon 'users' label='People' %}")

    @pytest.mark.parametrize(
        "source",
        [
            "{% chip 'info' bad %}",
            "{% person bad code=bad sub=bad href='/x/' %}",
            "{% fact bad bad %}",
            "{% fact_block bad %}{{ bad }}{% endfact_block %}",
            "{% callout 'info' title=bad %}{{ bad }}{% endcallout %}",
            "{% empty_state 'nothing' title=bad text=bad %}{{ bad }}{% endempty_state %}",
            "{% dialog 'd' title=bad %}{{ bad }}{% enddialog %}",
            "{% menu bad %}{{ bad }}{% endmenu %}",
            "{% tab '/x/' bad count=bad %}",
            "{% crumb '/x/' bad %}",
            "{% stat bad bad hint=bad %}",
            "{% sort_header 'name' bad %}",
            "{% bar_chart rows title=bad desc=bad unit=bad %}",
            "{% sparkline numbers title=bad %}",
            "{% week_grid week caption=bad %}",
            "{% meter_bar 1 2 label=bad %}",
            "{% submit_row bad cancel='/x/' pending=bad %}",
            "{% steps current=1 labels=labels %}",
        ],
    )
    def test_words_of_people_are_escaped(self, source):
        bad = "<script>x</script>"
        week = [(0, 16, 18)]
        html = draw(source, bad=bad, rows=[(bad, 2)], numbers=[1, 2], week=week, labels=[bad])
        assert "&lt;script&gt;" in html
        assert "<script>" not in html

    def test_person_keeps_the_tint(self):
        first = draw("{% person 'Lin' code='C1' %}")
        assert first == draw("{% person 'Lin' code='C1' %}")
        assert ">L</span>" in first

    def test_dialog_is_named_by_its_heading(self):
        html = draw("{% dialog 'dlg' title='Undo?' %}<p>x</p>{% enddialog %}")
        assert 'id="dlg"' in html
        assert 'aria-labelledby="dlg-title"' in html
        assert "data-close" in html

    def test_tab_of_this_page_is_current(self):
        html = draw("{% tab '/a/' 'A' %}{% tab '/b/' 'B' %}", path="/a/")
        assert html.count('aria-current="page"') == 1

    def test_steps(self):
        html = draw("{% steps current=2 labels=labels %}", labels=["One", "Two", "Three"])
        assert html.count('aria-current="step"') == 1
        assert "(done)" in html

    @pytest.mark.parametrize("state", ["queued", "running", "done", "failed", "cancelled"])
    def test_progress_polls_only_while_it_runs(self, state):
        job = SimpleNamespace(code="J1", state=state, stage="Rows", done=3, total=10, title="Import")
        html = draw('{% include "_partials/progress.html" with url="/jobs/J1/" cancel_url="/stop/" %}', job=job)
        assert ("hx-trigger" in html) == (state in {"queued", "running"})
        assert ("<progress" in html) == (state in {"queued", "running"})

    def test_bar_chart_has_words_and_table(self):
        html = draw("{% bar_chart rows title='By village' %}", rows=[("A", 10), ("B", 0), ("C", 5)])
        assert "<title" in html
        assert "A: 10" in html
        assert 'width="100.0%"' in html
        assert 'width="50.0%"' in html
        assert html.count("<th scope") == 3

    def test_chart_of_nothing(self):
        assert "<svg" in draw("{% bar_chart rows title='x' %}", rows=[])
        assert draw("{% sparkline rows title='x' %}", rows=[]).strip() == ""

    def test_week_joins_touching_hours(self):
        html = draw("{% week_grid week caption='x' %}", week=[(0, 16, 17), (0, "17:00", time(18, 30))])
        assert "16:00–18:30" in html

    def test_week_of_two_tells_what_they_share(self):
        html = draw("{% week_grid week caption='x' other=other %}", week=[(0, 16, 18)], other=[(0, 17, 20), (1, 8, 9)])
        assert "17:00–18:00" in html
        assert "08:00" not in html


class TestLists:
    def test_url_with_keeps_the_rest(self):
        assert draw("{% url_with page=2 %}", path="/?q=a&page=1") == "?q=a&amp;page=2"
        assert draw("{% url_with q=None %}", path="/?q=a&page=3") == "?"

    @pytest.mark.parametrize(
        ("path", "direction", "following"),
        [("/", "none", "?o=name"), ("/?o=name", "ascending", "?o=-name"), ("/?o=-name", "descending", "?o=name")],
    )
    def test_sort_header(self, path, direction, following):
        html = draw("{% sort_header 'name' 'Name' %}", path=path)
        assert f'aria-sort="{direction}"' in html
        assert f'href="{following}"' in html

    def test_pagination(self):
        html = draw("{% pagination page %}", path="/?q=a", page=Paginator(range(105), 20).page(2))
        assert "21–40 of 105" in html
        assert 'aria-current="page"' in html
        assert "?q=a&amp;page=3" in html

    def test_one_page_has_no_links(self):
        assert "<nav" not in draw("{% pagination page %}", page=Paginator(range(3), 20).page(1))


class TestForms:
    def test_label_hint_error_belong_to_the_control(self):
        form = SampleForm({"name": "", "phone": "12"})
        html = draw("{% field form.name %}{% field form.phone inputmode='tel' %}", form=form)
        assert 'aria-describedby="id_name-hint id_name-error"' in html
        assert html.count('aria-invalid="true"') == 2
        assert 'value="12"' in html
        assert 'inputmode="tel"' in html
        assert "A mobile number has 11 digits." in html

    def test_dates_are_iso_in_every_language(self):
        form = SampleForm(initial={"born": date(2016, 5, 4)})
        with translation.override("zh-hans"):
            html = draw("{% field form.born %}", form=form)
        assert 'type="date"' in html
        assert 'value="2016-05-04"' in html

    def test_choices_are_a_fieldset(self):
        html = draw("{% field form.living cards=True %}{% field form.likes %}", form=SampleForm())
        assert html.count("<fieldset") == 2
        assert html.count("<legend") == 2
        assert html.count('type="radio"') == 3

    def test_optional_is_said(self):
        html = draw("{% fields form %}", form=SampleForm())
        assert html.count("(optional)") == 3

    def test_summary_links_to_fields(self):
        html = draw("{% field_error_summary form %}", form=SampleForm({"phone": "12"}))
        assert 'href="#id_phone"' in html
        assert 'href="#id_living_0"' in html
        assert "There are 6 things to put right" in html

    def test_no_summary_without_errors(self):
        assert draw("{% field_error_summary form %}", form=SampleForm()).strip() == ""

    def test_each_form_has_its_own_key(self):
        assert draw("{% idempotency_key %}") != draw("{% idempotency_key %}")


class TestNavigation:
    @pytest.fixture(autouse=True)
    def _own_registry(self, monkeypatch):
        monkeypatch.setattr(nav, "_items", {})
        monkeypatch.setattr(nav, "_roles_of", lambda user: user.roles)
        monkeypatch.setattr(nav, "_home_of", None)

    def links(self, *roles, path="/admin/", signed_in=True):
        request = RequestFactory().get(path)
        request.user = SimpleNamespace(is_authenticated=signed_in, roles=roles)
        return nav.links_for(request)

    def test_roles_decide(self):
        nav.register(nav.NavItem("admin:index", "Admin", "settings", roles=frozenset({"administrator"})))
        assert [link.label for link in self.links("administrator")] == ["Admin"]
        assert self.links("volunteer") == []
        assert self.links("administrator", signed_in=False) == []

    def test_current_place_is_the_longest_that_fits(self):
        nav.register(nav.NavItem("admin:index", "Admin", "settings"), nav.NavItem("admin:login", "In", "log-in"))
        assert [link.label for link in self.links(path="/admin/login/") if link.current] == ["In"]

    def test_places_without_an_address_are_left_out(self):
        nav.register(nav.NavItem("nowhere:list", "Nowhere", "x"))
        assert self.links() == []


def test_style_choice_needs_a_known_value():
    assert 'data-theme="auto"' in draw("{% html_attrs %}", style_choices={"theme": "purple"})
    assert 'data-theme="dark" ' in draw("{% html_attrs %}", style_choices={"theme": "dark"})
    assert 'lang="en"' in draw("{% html_attrs %}")
    with translation.override("zh-hans"):
        assert 'lang="zh-Hans"' in draw("{% html_attrs %}")
