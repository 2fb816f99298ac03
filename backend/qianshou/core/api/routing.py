"""Collects the `routes` of every app's `api` module: `routes = [("children", ChildViewSet)]`."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from rest_framework.routers import SimpleRouter


def collect() -> SimpleRouter:
    """Return a router with what all installed apps offer."""
    router = SimpleRouter()
    for config in apps.get_app_configs():
        if config.name.startswith("qianshou.") and module_has_submodule(config.module, "api"):  # type: ignore[arg-type]
            for prefix, view in getattr(import_module(f"{config.name}.api"), "routes", ()):
                router.register(prefix, view, basename=prefix)
    return router
