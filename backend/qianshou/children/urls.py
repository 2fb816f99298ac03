"""Addresses of the children's register."""

from __future__ import annotations

from django.urls import path

from .pages import file, forms, lists, ward

app_name = "children"

urlpatterns = [
    path("children/", lists.ChildListPage.as_view(), name="list"),
    path("children/new/", forms.ChildCreatePage.as_view(), name="create"),
    path("children/look-up/", lists.ChildLookupPage.as_view(), name="lookup"),
    path("children/<slug:code>/", file.ChildDetailPage.as_view(), name="detail"),
    path("children/<slug:code>/family/", file.ChildFamilyPage.as_view(), name="family"),
    path("children/<slug:code>/history/", file.ChildHistoryPage.as_view(), name="history"),
    path("children/<slug:code>/reads/", file.ChildReadsPage.as_view(), name="reads"),
    path("children/<slug:code>/edit/", forms.ChildEditPage.as_view(), name="edit"),
    path("children/<slug:code>/reveal/", file.ChildRevealPage.as_view(), name="reveal"),
    path("children/<slug:code>/leave/", forms.ChildLeavePage.as_view(), name="leave"),
    path("children/<slug:code>/return/", forms.ChildReturnPage.as_view(), name="return"),
    path("me/child/", ward.WardPage.as_view(), name="ward"),
]
