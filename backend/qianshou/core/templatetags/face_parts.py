"""Tags for the small parts of a page: chips, people, facts, callouts, dialogs, tabs, lists."""

from __future__ import annotations

import zlib
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from qianshou.core.templatetags.face_page import art, icon, url_with
from qianshou.core.templatetags.face_text import initial, or_dash

register = template.Library()

KIND_ICONS = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "circle-x",
    "info": "info",
    "neutral": "circle-dot",
    "accent": "heart-handshake",
}
EMPTY_ART = {"nothing": "nothing", "no_result": "no-result", "no_permission": "no-permission"}
TONES = 6


def _kind(kind: str) -> str:
    if kind not in KIND_ICONS:
        raise template.TemplateSyntaxError(f"No kind {kind!r}; there are {', '.join(KIND_ICONS)}")
    return kind


@register.simple_tag(name="chip")
def chip(kind: str, label: Any, **options: Any) -> SafeString:
    """Show a state as colour, icon and word together; `icon=` changes the icon."""
    drawing = icon(options.get("icon") or KIND_ICONS[_kind(kind)])
    return format_html('<span class="chip {}">{}<span>{}</span></span>', kind, drawing, label)


@register.simple_tag(takes_context=True)
def home_card(context: Context, card: Any) -> SafeString:
    """Show a card of the start page: an app's own template with its own names."""
    part = context.template.engine.get_template(card.template)
    with context.push(card=card.context, **card.context):
        return part.render(context)


@register.filter
def kind_of_level(level: str) -> str:
    """Give the kind of callout for the level of one of Django's messages."""
    return {"error": "danger", "warning": "warning", "success": "success"}.get(level, "info")


@register.simple_tag
def pick(name: str, value: str, label: Any, now: str, *, lang: str = "") -> SafeString:
    """Show one of several settings as a button that is pressed while it holds."""
    tongue = format_html(' lang="{}"', lang) if lang else ""
    return format_html(
        '<button class="pick" name="{}" value="{}" aria-pressed="{}"{}>{}</button>',
        name,
        value,
        "true" if now == value else "false",
        tongue,
        label,
    )


@register.simple_tag
def person(name: Any, *, code: Any = "", sub: Any = "", href: Any = "", small: bool = False) -> SafeString:
    """Show a person by an initial on a tint that stays the same for the same code; never a photo."""
    tone = zlib.crc32(str(code or name).encode()) % TONES + 1
    size = " small" if small else ""
    disc = format_html('<span class="disc tone-{}" aria-hidden="true">{}</span>', tone, initial(name))
    title = format_html('<a href="{}">{}</a>', href, name) if href else format_html("<span>{}</span>", name)
    second = format_html('<span class="person-sub">{}</span>', sub) if sub else ""
    return format_html(
        '<span class="person{}">{}<span class="person-words"><span class="person-name">{}</span>{}</span></span>',
        size,
        disc,
        title,
        second,
    )


@register.inclusion_tag("_partials/stat.html")
def stat(label: Any, value: Any, **options: Any) -> dict[str, Any]:
    """Show one number with its name; options `hint`, `href`, `icon`, `kind`."""
    return {"label": label, "value": value, **options}


@register.simple_tag
def fact(label: Any, value: Any = "") -> SafeString:
    """Show a name and its value inside `<dl class="facts">`; an empty value is a dash."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, or_dash(value))


@register.simple_block_tag
def fact_block(content: str, label: Any) -> SafeString:
    """Show a name and any markup as its value inside `<dl class="facts">`."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_block_tag
def callout(content: str, kind: str, title: Any = "") -> SafeString:
    """Set a message apart from the text around it."""
    head = format_html('<p class="callout-title">{}</p>', title) if title else ""
    return format_html(
        '<div class="callout {}">{}<div class="callout-body">{}{}</div></div>',
        kind,
        icon(KIND_ICONS[_kind(kind)]),
        head,
        content,
    )


@register.simple_block_tag
def empty_state(content: str, kind: str, title: Any, text: Any = "") -> SafeString:
    """Say what belongs here and why it is empty; the content is the way on (one button)."""
    words = format_html("<p>{}</p>", text) if text else ""
    way_on = format_html('<div class="cluster">{}</div>', content) if content.strip() else ""
    return format_html(
        '<div class="empty">{}<h2 class="empty-title">{}</h2>{}{}</div>', art(EMPTY_ART[kind]), title, words, way_on
    )


@register.simple_block_tag
def menu(content: str, label: Any, **options: Any) -> SafeString:
    """Fold quiet actions into a drop-down that opens without script; `icon=`, `hide_label=True`."""
    drawing = icon(options.get("icon", "ellipsis"))
    words = format_html('<span class="{}">{}</span>', "sr-only" if options.get("hide_label") else "", label)
    return format_html(
        '<details class="menu"><summary class="button">{}{}</summary><div class="menu-list">{}</div></details>',
        drawing,
        words,
        content,
    )


@register.simple_block_tag(name="dialog")
def dialog(content: str, element_id: str, title: Any) -> SafeString:
    """Hold a native dialog; it is opened by a link with `data-dialog` whose address is the page without script."""
    return format_html(
        '<dialog id="{0}" class="dialog" aria-labelledby="{0}-title"><div class="dialog-head">'
        '<h2 id="{0}-title" tabindex="-1">{1}</h2>'
        '<button type="button" class="button quiet square" data-close>{2}</button></div>{3}</dialog>',
        element_id,
        title,
        icon("x", label=_("Close")),
        content,
    )


@register.simple_block_tag
def filled(content: str, element: str, css: str) -> str:
    """Hold a block of the base page in its element, or nothing where the page leaves the block empty."""
    return format_html('<{0} class="{1}">{2}</{0}>', element, css, content) if content.strip() else ""


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Hold the way back up."""
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', _("You are here"), content)


@register.simple_tag
def crumb(url: Any, label: Any) -> SafeString:
    """Name one page above this one."""
    return format_html('<li><a href="{}">{}{}</a></li>', url, icon("chevron-left"), label)


@register.simple_tag(takes_context=True)
def tab(context: Context, url: Any, label: Any, *, count: Any = None, current: Any = None) -> SafeString:
    """Show one tab, a link; it is the current one when its path is this page's path."""
    if current is None:
        request = context.get("request")
        path = request.get_full_path() if request and "?" in str(url) else getattr(request, "path", "")
        current = str(url) == path
    number = format_html(' <span class="tab-count">{}</span>', count) if count is not None else ""
    mark = mark_safe(' aria-current="page"') if current else ""
    return format_html('<a href="{}"{}>{}{}</a>', url, mark, label, number)


@register.inclusion_tag("_partials/steps.html")
def steps(current: int, labels: Any) -> dict[str, Any]:
    """Show where one is in a row of steps; `current` counts from 1."""
    entries = [
        {"label": label, "state": "done" if place < current else "now" if place == current else "ahead"}
        for place, label in enumerate(labels, start=1)
    ]
    return {"entries": entries, "current": current, "total": len(entries)}


@register.simple_tag
def meter_bar(value: Any, total: Any, label: Any) -> SafeString:
    """Show a part of a whole as a small bar with its words."""
    return format_html(
        '<span class="meter"><meter min="0" max="{}" value="{}" aria-hidden="true"></meter><span>{}</span></span>',
        total or 1,
        value,
        label,
    )


@register.simple_tag(takes_context=True)
def sort_header(context: Context, field: str, label: Any, *, css: str = "") -> SafeString:
    """Show a table head that sorts: `?o=name`, then `?o=-name`."""
    request = context.get("request")
    now = request.GET.get("o", "") if request else ""
    direction = {field: "ascending", f"-{field}": "descending"}.get(now, "none")
    following = f"-{field}" if direction == "ascending" else field
    drawing = {"ascending": "arrow-up", "descending": "arrow-down", "none": "arrow-up-down"}[direction]
    return format_html(
        '<th scope="col" class="sortable {}" aria-sort="{}"><a href="{}">{}{}</a></th>',
        css,
        direction,
        url_with(context, o=following),
        label,
        icon(drawing),
    )


@register.simple_tag(takes_context=True)
def pagination(context: Context, page: Any) -> SafeString:
    """Show numbered pages and which rows these are."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        {"number": entry, "url": url_with(context, page=entry) if isinstance(entry, int) else ""} for entry in pages
    ]
    return render_to_string(
        "_partials/pagination.html",
        {
            "page": page,
            "links": links,
            "previous": url_with(context, page=page.number - 1) if page.has_previous() else "",
            "next": url_with(context, page=page.number + 1) if page.has_next() else "",
        },
    )


@register.simple_tag
def filter_state(bound: Any) -> list[dict[str, Any]]:
    """List the filters that are on, as label and shown value, for the line above the rows."""
    form = bound.form
    if not form.is_bound:
        return []
    state = []
    for part in form.visible_fields():
        value = part.value()
        if value in (None, "", [], False) or part.name == "o":
            continue
        state.append({"name": part.name, "label": part.label, "words": _words_of(part, value)})
    return state


def _words_of(part: Any, value: Any) -> str:
    """Give a choice its label instead of its stored value."""
    chosen = {str(entry) for entry in (value if isinstance(value, (list, tuple)) else [value])}
    labels = []
    for entry, label in getattr(part.field, "choices", ()) or ():
        if isinstance(label, (list, tuple)):
            labels += [str(inner) for key, inner in label if str(key) in chosen]
        elif str(entry) in chosen:
            labels.append(str(label))
    return ", ".join(labels) or ", ".join(sorted(chosen))
