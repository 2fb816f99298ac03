"""Addresses of the volunteers' register."""

from __future__ import annotations

from django.urls import path

from .pages import lists, record, week

app_name = "volunteers"

urlpatterns = [
    path("volunteers/", lists.VolunteerListPage.as_view(), name="list"),
    path("volunteers/new/", record.VolunteerCreatePage.as_view(), name="create"),
    path("volunteers/look-up/", lists.VolunteerLookupPage.as_view(), name="lookup"),
    path("volunteers/<slug:code>/", record.VolunteerDetailPage.as_view(), name="detail"),
    path("volunteers/<slug:code>/edit/", record.VolunteerEditPage.as_view(), name="edit"),
    path("volunteers/<slug:code>/status/", record.StatusPage.as_view(), name="status"),
    path("volunteers/<slug:code>/history/", record.VolunteerHistoryPage.as_view(), name="history"),
    path("volunteers/<slug:code>/reveal/", record.VolunteerRevealPage.as_view(), name="reveal"),
    path("volunteers/<slug:code>/checks/new/", record.CheckCreatePage.as_view(), name="check_create"),
    path(
        "volunteers/<slug:code>/checks/<slug:check>/withdraw/",
        record.CheckWithdrawPage.as_view(),
        name="check_withdraw",
    ),
    path("volunteers/<slug:code>/week/", week.AvailabilityPage.as_view(), name="availability"),
    path("volunteers/<slug:code>/away/", week.TimeAwayPage.as_view(), name="away"),
    path("volunteers/<slug:code>/away/<int:pk>/remove/", record.TimeAwayRemovePage.as_view(), name="away_remove"),
    path("me/volunteer/", record.OwnRecordPage.as_view(), name="own"),
]
