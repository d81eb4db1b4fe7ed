"""Addresses of the demo; there are none elsewhere."""

from django.urls import path
from django.views.generic import RedirectView

from kanal.demo import views

app_name = "demo"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="demo:mails"), name="home"),
    path("mail/", views.mails, name="mails"),
    path("mail/<uuid:key>/", views.mail, name="mail"),
    path("mail/<uuid:key>/body/", views.mail_body, name="mail_body"),
    path("clock/", views.clock_page, name="clock"),
]
