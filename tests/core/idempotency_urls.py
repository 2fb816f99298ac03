"""A page and an API view that count how often they write."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from qianshou.core.errors import Conflict, Invalid
from qianshou.core.idempotency import ApiIdempotencyMixin
from qianshou.core.models import HolidayRule
from qianshou.core.pages import ActionPage, FormPage


def write(text):
    if text == "wrong":
        raise Invalid("No", fields={"text": "Not this"})
    if text == "late":
        raise Conflict("Somebody was faster")
    if text == "crash":
        HolidayRule.objects.create(date="2026-05-01", kind="public_holiday", name=text, year=2026)
        raise ZeroDivisionError
    number = HolidayRule.objects.count()
    HolidayRule.objects.create(date=f"2026-01-{number + 1:02}", kind="public_holiday", name=text, year=2026)
    return number


class TextForm(forms.Form):
    text = forms.CharField()
    file = forms.FileField(required=False)


class WritePage(FormPage):
    form_class = TextForm
    template_name = "core/calendar_form.html"

    def get_context(self, **extra):
        return super().get_context(title="Write", back_url="/", **extra)

    def save(self, form):
        return f"/done/{write(form.cleaned_data['text'])}/"


class DoPage(ActionPage):
    def perform(self):
        return HttpResponse(f"秘 {write(self.request.POST['text'])}")


class WriteView(ApiIdempotencyMixin, APIView):
    def post(self, request):
        text = serializers.CharField().run_validation(request.data.get("text", ""))
        return Response({"number": write(text)}, status=201, headers={"Location": "/there/"})


handler500 = "qianshou.core.pages.problems.server_error"
urlpatterns = [
    path("page/", WritePage.as_view()),
    path("do/", DoPage.as_view()),
    path("api/", WriteView.as_view()),
    path("accounts/login/", WritePage.as_view(), name="account_login"),
]
