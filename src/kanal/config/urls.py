"""Every address of Kanal."""

from django.conf import settings
from django.urls import include, path, re_path

from kanal.web import views

urlpatterns = [
    path("", include("kanal.web.urls")),
    # Addresses of mail are entered by an administrator: nobody adds, confirms or swaps their own.
    path("accounts/email/", views.closed, name="account_email_closed"),
    re_path(r"^accounts/confirm-email/", views.closed, name="account_confirm_closed"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("sales/", include("kanal.desk.urls")),
    path("portal/", include("kanal.portal.urls")),
    path("invitation/", include("kanal.portal.invitation")),
    path("join/", include("kanal.portal.joining.urls")),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("demo/", include("kanal.demo.urls")))

handler400 = "kanal.web.views.bad_request"
handler403 = "kanal.web.views.forbidden"
handler404 = "kanal.web.views.not_found"
handler500 = "kanal.web.views.server_error"
