"""The addresses of the house: one line per app; each app lists its own."""

from django.urls import include, path

from config import health
from qianshou.accounts.admin import house_admin
from qianshou.accounts.api import MeView
from qianshou.core.pages.home import HomePage
from qianshou.core.pages.style import style_page

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", HomePage.as_view(), name="home"),
    path("", include("qianshou.accounts.urls")),
    path("account/", include("qianshou.accounts.door_urls")),
    path("admin/", house_admin.urls),
    path("_style/", style_page, name="style"),
    path("api/v1/me/", MeView.as_view(), name="api-me"),
    path("api/v1/", include("qianshou.core.api.urls")),
    path("", include("qianshou.centres.urls")),
    path("", include("qianshou.children.urls")),
    path("", include("qianshou.volunteers.urls")),
    path("", include("qianshou.companionship.urls")),
    path("", include("qianshou.core.urls")),
    path("", include("qianshou.reports.urls")),
]

handler400 = "qianshou.core.pages.problems.bad_request"
handler403 = "qianshou.core.pages.problems.not_allowed"
handler404 = "qianshou.core.pages.problems.not_found"
handler500 = "qianshou.core.pages.problems.server_error"
