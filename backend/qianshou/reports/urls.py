"""Addresses of reports and imports."""

from django.urls import path

from .pages import downloads, lists, one

app_name = "reports"

urlpatterns = [
    path("imports/", lists.ImportsPage.as_view(), name="imports"),
    path("imports/new/", lists.ReceivePage.as_view(), name="import_create"),
    path("imports/empty/<slug:kind>.xlsx", downloads.TemplateFilePage.as_view(), name="template"),
    path("imports/<slug:code>/", one.ImportPage.as_view(), name="import"),
    path("imports/<slug:code>/columns/", one.ColumnsPage.as_view(), name="columns"),
    path("imports/<slug:code>/people/", one.PeoplePage.as_view(), name="people"),
    path("imports/<slug:code>/confirm/", one.ConfirmImportPage.as_view(), name="import_confirm"),
    path("imports/<slug:code>/read-again/", one.ReadAgainPage.as_view(), name="read_again"),
    path("imports/<slug:code>/give-up/", one.GiveUpPage.as_view(), name="give_up"),
    path("imports/<slug:code>/undo/", one.UndoPage.as_view(), name="import_undo"),
    path("imports/<slug:code>/rejected.xlsx", downloads.RejectedFilePage.as_view(), name="rejected_file"),
]
