"""Bases of all pages: they parse, ask for permission, call one service, and render."""

from .base import ActionPage, ConfirmPage, DetailPage, FormPage, ListPage, Page

__all__ = ("ActionPage", "ConfirmPage", "DetailPage", "FormPage", "ListPage", "Page")
