"""Tags for the frame of a page: attributes of the document, style, icons, navigation, addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from qianshou.core import nav

register = template.Library()

CRITICAL_SHEETS = ("css/tokens.css", "css/critical.css")
TEXT_SIZES = ("normal", "elder")
FAMILY = frozenset({"guardian", "parent"})
THEMES = ("auto", "light", "dark")


def _read(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise template.TemplateSyntaxError(f"No static file {name}")
    return Path(path).read_text(encoding="utf-8")


def squeeze_css(css: str) -> str:
    """Drop comments and needless white space; nothing that could change the meaning."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return css.replace(": ", ":").replace(";}", "}").strip()


@lru_cache(maxsize=1)
def _critical_css_cached() -> str:
    return critical_css_text()


def critical_css_text() -> str:
    """Give the sheets that are inlined in every page, squeezed."""
    return "".join(squeeze_css(_read(name)) for name in CRITICAL_SHEETS)


@register.simple_tag(takes_context=True)
def critical_css(context: Context) -> SafeString:
    """Inline what the first paint needs; link it where no nonce exists (a page made after a crash)."""
    nonce = getattr(context.get("request"), "csp_nonce", "") or context.get("csp_nonce", "")
    if not nonce:
        links = ((static(name),) for name in CRITICAL_SHEETS)
        return format_html_join("", '<link rel="stylesheet" href="{}">', links)
    css = critical_css_text() if settings.DEBUG else _critical_css_cached()
    # The sheets are our own files, never a person's words.
    return format_html('<style nonce="{}">{}</style>', str(nonce), mark_safe(css))  # noqa: S308


@lru_cache(maxsize=256)
def _svg_inner(name: str) -> tuple[str, str]:
    text = re.sub(r"<!--.*?-->", "", _read(name), flags=re.S)
    found = re.search(r'viewBox="([^"]+)".*?>(.*)</svg>', text, flags=re.S)
    if found is None:
        raise template.TemplateSyntaxError(f"{name} is not a drawing this page can show")
    return found.group(1), re.sub(r"\s+", " ", found.group(2)).replace("> <", "><").strip()


@register.simple_tag
def icon(name: str, label: Any = "", extra: str = "") -> SafeString:
    """Draw an icon; it is decoration unless it has a label."""
    box, inner = _svg_inner(f"vendor/lucide/{name}.svg")
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    classes = f"icon {extra}".strip()
    return format_html(
        '<svg class="{}" width="20" height="20" viewBox="{}" {}>{}</svg>',
        classes,
        box,
        role,
        mark_safe(inner),  # noqa: S308 a vendored file
    )


@register.simple_tag
def art(name: str, extra: str = "") -> SafeString:
    """Draw one of our own pictures (`static/img/art`), coloured by the tokens; always decoration."""
    box, inner = _svg_inner(f"img/art/{name}.svg")
    return format_html(
        '<svg class="{}" viewBox="{}" aria-hidden="true" focusable="false">{}</svg>',
        f"art {extra}".strip(),
        box,
        mark_safe(inner),  # noqa: S308 our own file
    )


def _choice(context: Context, field: str, allowed: tuple[str, ...]) -> str:
    """Read a preference from the person, else from the device's cookie, else the default; the style page may choose."""
    shown = context.get("style_choices", {}).get(field)
    if shown in allowed:
        return shown
    request = context.get("request")
    user = getattr(request, "user", None)
    value = getattr(user, field, "") if user is not None and user.is_authenticated else ""
    if value not in allowed and isinstance(request, HttpRequest):
        value = request.COOKIES.get(f"qs_{field}", "")
    return value if value in allowed else allowed[0]


@register.simple_tag(takes_context=True)
def text_size(context: Context) -> str:
    """Give `normal` or `elder`."""
    return _choice(context, "text_size", TEXT_SIZES)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """Give `auto`, `light` or `dark`."""
    return _choice(context, "theme", THEMES)


@register.simple_tag(takes_context=True)
def html_attrs(context: Context) -> SafeString:
    """Give the attributes of <html>: language, text size, theme, for whom, name of the CSRF cookie."""
    roles = nav.roles_for(context.get("request"))
    family = bool(roles) and roles <= FAMILY
    return format_html(
        'lang="{}" data-mode="{}" data-theme="{}" data-audience="{}" data-csrf="{}"',
        to_locale(get_language() or settings.LANGUAGE_CODE).replace("_", "-"),
        text_size(context),
        theme(context),
        "guardian" if family else "",
        settings.CSRF_COOKIE_NAME,
    )


@register.inclusion_tag("_partials/nav.html", takes_context=True)
def site_nav(context: Context) -> dict[str, Any]:
    """Show the navigation of this person: bottom bar on phones, side list on desktop."""
    links = nav.links_for(context.get("request"))
    rest = [link for link in links if not link.on_bar]
    return {"links": links, "rest": rest, "rest_current": any(link.current for link in rest)}


@register.simple_tag(takes_context=True)
def home_name(context: Context) -> nav.HomeName | None:
    """Give the home that the frame names: `{% home_name as home %}`."""
    return nav.home_for(context.get("request"))


@register.simple_tag
def in_demo_mode() -> bool:
    """Tell whether every page has to say that its people are invented."""
    return bool(settings.DEMO_MODE)


@register.simple_tag
def url_or_empty(name: str, *args: Any) -> str:
    """Give the address of a URL name, or nothing where the installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """Give the current address with query parameters changed; None removes one; another change drops `page`."""
    request = context.get("request")
    query = request.GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def url_without(context: Context, name: str) -> str:
    """Give the current address without one query parameter."""
    return url_with(context, **{name: None})
