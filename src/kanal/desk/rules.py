"""The settings page of the rules of work."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kanal.desk.directory.forms import RecordForm
from kanal.desk.guard import person, vendor_only
from kanal.directory import access
from kanal.directory.actions.records import last_changed_by
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid, NotAllowed, Stale
from kanal.distribution import actions
from kanal.distribution.models import WorkRules


class RulesForm(RecordForm):
    """The rules of work."""

    layout = (
        (gettext_lazy("Silence and delay"), ["stalled_days", "overdue_days"]),
        (gettext_lazy("More time for partners"), ["extensions", "extension_days"]),
        (gettext_lazy("Partner collaboration"), ["partners_at_most"]),
        (gettext_lazy("Fairness"), ["share_warning", "quiet_warning"]),
    )

    class Meta:
        model = WorkRules
        fields = (
            *("stalled_days", "overdue_days", "extensions", "extension_days", "partners_at_most"),
            *("share_warning", "quiet_warning"),
        )

    def keep(self, *, by: Person) -> WorkRules:
        """Keep them; raises what the action raises."""
        return actions.keep_rules(version=self.cleaned_data["version"] or 0, values=self.values(), by=by)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the rules of work, and keep them.

    Raises:
        NotAllowed: the person reads no settings, or does not keep them.
    """
    if not access.may_see_settings(person(request)):
        raise NotAllowed(_("Only administrators and auditors can read the settings. Ask an administrator."))
    closed = access.refusal_to_keep(person(request), "settings")
    if request.method == "POST":
        if closed is not None:
            raise NotAllowed(closed)
        return _kept(request)
    form = RulesForm(instance=WorkRules.current())
    if closed is not None:
        form.close()
    return _shown(request, form, closed=closed)


def _kept(request: HttpRequest) -> HttpResponse:
    form = RulesForm(request.POST, instance=WorkRules.current())
    if not form.is_valid():
        return _shown(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        form.keep(by=person(request))
    except Invalid as invalid:
        form.refuse(invalid)
        return _shown(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Stale as stale:
        form.begin_again(WorkRules.current().version)
        facts = {"stale": stale, "comparison": form.comparison(stale)}
        return _shown(request, form, status=HTTPStatus.CONFLICT, **facts)
    messages.success(request, _("Saved."))
    return redirect("desk:rules")


def _shown(
    request: HttpRequest, form: RulesForm, *, status: int = HTTPStatus.OK, **facts: Any
) -> HttpResponse:
    rules = WorkRules.current()
    kept = not rules._state.adding
    facts |= {"nav": "desk:rules", "form": form, "record": rules, "kept": kept}
    facts["who"] = last_changed_by(rules) if kept else ""
    return render(request, "desk/rules.html", facts, status=status)
