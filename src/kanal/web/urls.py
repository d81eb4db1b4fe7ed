"""Addresses that belong to no face."""

from django.conf import settings
from django.urls import path

from kanal.web import gallery, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("preferences/", views.preferences, name="preferences"),
    path("help/", views.help_page, name="help"),
    path("favicon.ico", views.favicon),
    path("robots.txt", views.robots),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns += [
        path("ui/", gallery.components, name="components"),
        path("ui/lookup/", gallery.lookup, name="components_lookup"),
    ]
