"""Addresses of the homes."""

from __future__ import annotations

from django.urls import path

from . import pages

app_name = "centres"

urlpatterns = [
    path("homes/", pages.CentreListPage.as_view(), name="list"),
    path("homes/new/", pages.CentreCreatePage.as_view(), name="create"),
    path("homes/<slug:code>/", pages.CentreDetailPage.as_view(), name="detail"),
    path("homes/<slug:code>/edit/", pages.CentreEditPage.as_view(), name="edit"),
    path("homes/<slug:code>/hours/", pages.HoursPage.as_view(), name="hours"),
    path("homes/<slug:code>/rooms/new/", pages.RoomCreatePage.as_view(), name="room_create"),
    path("homes/<slug:code>/rooms/<int:pk>/", pages.RoomEditPage.as_view(), name="room_edit"),
    path("homes/<slug:code>/rooms/<int:pk>/close/", pages.RoomClosePage.as_view(), name="room_close"),
    path("homes/<slug:code>/rooms/<int:pk>/open/", pages.RoomOpenPage.as_view(), name="room_open"),
]
