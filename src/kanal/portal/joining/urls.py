"""Addresses of joining; all are open to anybody, the links to one application to whoever has them."""

from django.urls import path

from kanal.portal.joining import following, pages

app_name = "join"

urlpatterns = [
    path("", pages.apply, name="apply"),
    path("sent/", pages.sent, name="sent"),
    path("confirm/<str:token>/", pages.confirm, name="confirm"),
    path("status/<str:secret>/", following.page, name="status"),
    path("status/<str:secret>/<str:verb>/", following.do, name="status_verb"),
]
