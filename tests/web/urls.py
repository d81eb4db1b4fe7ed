"""Kanal's addresses, the gallery, and pages that fail in every way."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect

from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.web import gallery

app_name = "fail"


def _raise(problem: Exception):
    def view(request: HttpRequest) -> HttpResponse:
        raise problem

    return view


@csrf_protect
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sent")


urlpatterns = [
    path("", include("kanal.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("ui/", gallery.components, name="components"),
    path("ui/lookup/", gallery.lookup),
    path("fail/missing/", _raise(Missing())),
    path("fail/not-allowed/", _raise(NotAllowed("Only <b>administrators</b> may do this."))),
    path("fail/conflict/", _raise(Conflict("Somebody was faster."))),
    path("fail/invalid/", _raise(Invalid({"topic": "A topic is needed."}))),
    path("fail/broken/", _raise(RuntimeError("secret detail"))),
    path("fail/form/", form),
]

handler400 = "kanal.web.views.bad_request"
handler403 = "kanal.web.views.forbidden"
handler404 = "kanal.web.views.not_found"
handler500 = "kanal.web.views.server_error"
