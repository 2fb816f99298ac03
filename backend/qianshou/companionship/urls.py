"""Addresses of matching and pairings."""

from django.http import HttpResponse
from django.urls import path

app_name = "companionship"
urlpatterns = [
    path("matching/<str:code>/", lambda r, code: HttpResponse(), name="run"),
    path("pairings/<str:code>/", lambda r, code: HttpResponse(), name="pairing"),
]
