"""Addresses of core's own pages."""

from __future__ import annotations

from django.urls import path

from qianshou.core.calendar import pages as calendar
from qianshou.core.files.serving import FilePage
from qianshou.core.pages import jobs, logs

app_name = "core"

urlpatterns = [
    path("jobs/", jobs.JobsPage.as_view(), name="jobs"),
    path("jobs/<slug:code>/", jobs.JobPage.as_view(), name="job"),
    path("jobs/<slug:code>/cancel/", jobs.CancelJobPage.as_view(), name="job_cancel"),
    path("audit/", logs.AuditPage.as_view(), name="audit"),
    path("reads/", logs.ReadsPage.as_view(), name="reads"),
    path("obligations/", logs.ObligationsPage.as_view(), name="obligations"),
    path("obligations/<slug:code>/retry/", logs.RetryPage.as_view(), name="obligation_retry"),
    path("files/<slug:code>/", FilePage.as_view(), name="file"),
    path("calendar/", calendar.CalendarPage.as_view(), name="calendar"),
    path("calendar/days/new/", calendar.HolidayCreatePage.as_view(), name="holiday_create"),
    path("calendar/days/<slug:code>/", calendar.HolidayEditPage.as_view(), name="holiday_edit"),
    path("calendar/days/<slug:code>/delete/", calendar.HolidayDeletePage.as_view(), name="holiday_delete"),
    path("calendar/notice/", calendar.NoticePage.as_view(), name="calendar_notice"),
    path("calendar/terms/new/", calendar.TermCreatePage.as_view(), name="term_create"),
    path("calendar/terms/<slug:code>/", calendar.TermEditPage.as_view(), name="term_edit"),
    path("calendar/terms/<slug:code>/delete/", calendar.TermDeletePage.as_view(), name="term_delete"),
]
