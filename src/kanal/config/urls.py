"""Every address of Kanal."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("kanal.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("sales/", include("kanal.desk.urls")),
    path("portal/", include("kanal.portal.urls")),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("demo/", include("kanal.demo.urls")))

handler400 = "kanal.web.views.bad_request"
handler403 = "kanal.web.views.forbidden"
handler404 = "kanal.web.views.not_found"
handler500 = "kanal.web.views.server_error"
