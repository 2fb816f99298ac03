"""The addresses of the house: one line per app; each app lists its own."""

from django.contrib import admin
from django.urls import include, path

from config import health
from qianshou.core.pages.style import style_page

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("qianshou.companionship.urls")),
    path("_style/", style_page, name="style"),
]
