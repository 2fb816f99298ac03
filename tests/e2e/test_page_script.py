"""The page script and the style page in a real browser, with answers made up by the test."""

import mimetypes

import pytest
from django.middleware.csrf import get_token
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from config.environment import ROOT
from qianshou.core.pages.style import style_page

ADDRESS = "http://qianshou.test"
SIZES = {"desktop": (1280, 800), "phone": (390, 844), "smallest": (320, 640)}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n0'; style-src 'self' 'nonce-n0'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'"
)
FORM = """{% extends "base.html" %}{% load i18n face %}
{% block title %}Form{% endblock %}{% block page_title %}Form{% endblock %}
{% block content %}
<form id="plain" method="post" action="/slow" data-leave-check>{% csrf_token %}
<input id="typed" name="typed" aria-label="Typed"><button class="button" data-pending="Saving…">Save</button></form>
<form id="swap" method="post" action="/part" hx-post="/part" hx-target="#part" hx-swap="outerHTML">{% csrf_token %}
<button class="button" id="send" data-pending="Sending…">Send</button></form>
<div id="part" class="card"><h2>Before</h2>
<button id="inside" hx-post="/part" hx-target="#part" hx-swap="outerHTML">In</button></div>
<a class="button" id="opener" href="/fallback" data-dialog="dlg">Open</a>
{% dialog "dlg" title="Sure?" %}<button type="button" class="button" data-close id="closer">No</button>{% enddialog %}
{% menu "More" %}<a href="/x">X</a>{% endmenu %}
{% endblock %}"""
AFTER = (200, '<div id="part"><h2>After</h2></div>')


def request_for(path="/"):
    request = RequestFactory().get(path)
    request.csp_nonce = "n0"
    get_token(request)
    return request


class Fake:
    """Serves the static files and, for every other path, what the test put into `answers`."""

    def __init__(self, page, html):
        self.page, self.answers, self.sent, self.problems = page, {"/": (200, html)}, [], []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text) if "Policy" in message.text else None)
        page.route("**/*", self.serve)
        page.context.add_cookies([{"name": "csrftoken", "value": "tok", "url": ADDRESS}])
        page.goto(ADDRESS + "/")

    def serve(self, route):
        path = route.request.url.removeprefix(ADDRESS).split("?")[0]
        if path.startswith("/static/"):
            file = ROOT / "frontend" / path.lstrip("/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
            return
        self.sent.append(route.request)
        status, body, *headers = self.answers.get(path, (404, ""))
        if status == 0:
            route.abort()
            return
        extra = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=status, body=body, headers=extra | (headers[0] if headers else {}))

    def text(self, selector):
        return self.page.locator(selector).inner_text()


@pytest.fixture
def fake(browser):
    with translation.override("en"):
        html = Template(FORM).render(Context({"request": request_for(), "csrf_token": "tok"}))
    page = browser.new_page()
    served = Fake(page, html)
    yield served
    page.close()
    assert served.problems == []


def test_write_carries_the_token_of_the_cookie_and_says_what_happened(fake):
    fake.answers["/part"] = (*AFTER, {"HX-Trigger": '{"qs:status": "Saved it"}'})
    fake.page.click("#send")
    fake.page.wait_for_selector("#part >> text=After")
    assert fake.sent[-1].headers["x-csrftoken"] == "tok"
    assert fake.text("#status") == "Saved it"
    assert fake.text("#send") == "Send"


def test_focus_goes_to_the_heading_when_its_place_is_gone(fake):
    fake.answers["/part"] = AFTER
    fake.page.focus("#inside")
    fake.page.keyboard.press("Enter")
    fake.page.wait_for_selector("#part h2:focus")
    assert fake.text("#part h2") == "After"


def test_focus_goes_to_the_error_summary(fake):
    wrong = '<div id="part"><div class="error-summary" tabindex="-1"><h2>One thing</h2></div></div>'
    fake.answers["/part"] = (422, wrong)
    fake.page.click("#send")
    fake.page.wait_for_selector(".error-summary:focus")


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "You may not do this"), (404, "no longer here"), (413, "too large"), (429, "Too many"), (500, "our side")],
)
def test_failures_are_said_and_nothing_is_lost(fake, status, words):
    fake.answers["/part"] = (status, "<p>no</p>")
    fake.page.fill("#typed", "my words")
    fake.page.click("#send")
    fake.page.wait_for_selector("#errors p")
    assert words in fake.text("#errors p")
    assert fake.text("#part h2") == "Before"
    assert fake.page.input_value("#typed") == "my words"


def test_no_network_offers_to_try_again(fake):
    fake.answers["/part"] = (0, "")
    fake.page.click("#send")
    fake.page.wait_for_selector("#errors p")
    assert "no connection" in fake.text("#errors p")
    fake.answers["/part"] = AFTER
    fake.page.click("#errors button >> text=Try again")
    fake.page.wait_for_selector("#part >> text=After")
    assert fake.page.locator("#errors p").count() == 0


def test_stale_token_is_read_again_once(fake):
    fake.answers["/part"] = (403, "<p hidden data-csrf-failure></p>")
    fake.page.click("#send")
    fake.page.wait_for_selector("#errors p")
    assert len([request for request in fake.sent if request.url.endswith("/part")]) == 2


def test_double_tap_sends_once_and_says_so(fake):
    fake.page.route("**/slow", lambda route: None)
    words, made = fake.page.evaluate(
        """() => {
            let made = 0;
            const form = document.querySelector('#plain'), button = form.querySelector('button');
            form.addEventListener('formdata', () => { made += 1; });
            button.click(); button.click();
            return [button.textContent, made];
        }"""
    )
    assert words == "Saving…"
    assert made == 1


def test_dialog_opens_closes_and_gives_the_focus_back(fake):
    fake.page.click("#opener")
    assert fake.page.evaluate("document.activeElement.id") == "dlg-title"
    fake.page.keyboard.press("Escape")
    assert fake.page.evaluate("document.activeElement.id") == "opener"
    fake.page.click("#opener")
    fake.page.click("#closer")
    assert not fake.page.locator("#dlg").is_visible()
    assert fake.page.url == ADDRESS + "/"


def test_menu_closes_by_escape_and_by_a_touch_elsewhere(fake):
    summary = fake.page.locator("details.menu > summary >> text=More")
    summary.click()
    assert fake.page.locator("details.menu[open]").count() == 1
    fake.page.keyboard.press("Escape")
    assert fake.page.locator("details.menu[open]").count() == 0
    summary.click()
    fake.page.click("h1")
    assert fake.page.locator("details.menu[open]").count() == 0


def test_unsaved_typing_asks_before_leaving(fake):
    asked = []
    fake.answers["/other"] = (200, "<p>elsewhere</p>")
    fake.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    fake.page.locator("#typed").press_sequentially("x")
    fake.page.goto(ADDRESS + "/other")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("lang=zh-hans", "desktop"),
        ("lang=zh-hans", "phone"),
        ("lang=en", "smallest"),
        ("lang=zh-hans&theme=dark", "desktop"),
        ("lang=en&size=elder", "phone"),
        ("lang=zh-hans&size=elder", "smallest"),
    ],
)
def test_style_page_is_accessible_and_never_scrolls_sideways(browser, settings, query, size):
    settings.DEMO_MODE = True
    html = style_page(request_for(f"/?{query}")).content.decode()
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height})
    served = Fake(page, html)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach(part => part.open = true)")
    page.evaluate((ROOT / "tests/e2e/vendor/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    bad = [(rule["id"], [node["html"][:150] for node in rule["nodes"][:4]]) for rule in found]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll('main button, main .button, nav a, summary, main input, main select')]
        .filter(part => part.checkVisibility() && part.type !== 'hidden' && !part.closest('.choice'))
        .map(part => [part.outerHTML.slice(0, 90), Math.round(part.getBoundingClientRect().height)])
        .filter(([html, height]) => height > 1 && height < (html.startsWith('<a href') ? 30 : 44))"""
    )
    page.close()
    assert bad == []
    assert wide <= 0
    assert small == []
    assert served.problems == []
