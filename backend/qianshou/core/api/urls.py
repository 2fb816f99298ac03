"""`/api/v1/`: what the apps offer, the schema, the docs."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from qianshou.core.api.routing import collect
from qianshou.core.pages.problems import not_found

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("", include(collect().urls)),
    re_path(r"^.*$", lambda request: not_found(request, Exception())),
]
