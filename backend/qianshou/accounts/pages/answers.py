"""How a refusal of the domain becomes an answer on the pages of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect

from qianshou.core.errors import Conflict, DomainError, NotAllowed


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    if isinstance(error, NotAllowed):
        return 403
    return 409 if isinstance(error, Conflict) else 422


def form_with(view: Any, form: forms.Form, error: DomainError) -> HttpResponse:
    """Show the form again with the refusal at its fields, typed values kept."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, str(error.message))
    return view.render_to_response(view.get_context_data(form=form), status=status_of(error))


def back_with(request: HttpRequest, error: DomainError, to: str) -> HttpResponse:
    """Go back to a page and say why nothing happened."""
    messages.error(request, str(error.message))
    return redirect(to)


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a request that no page of ours sends."""
    return HttpResponseBadRequest(str(error.message), content_type="text/plain; charset=utf-8")
