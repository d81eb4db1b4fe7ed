"""What people of partners write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from kanal.directory.refusal import Invalid
from kanal.distribution.models import DeclineReason
from kanal.opportunities.actions import Upload


class DomainForm(forms.Form):
    """A form whose rules stand in the domain; what an action refuses is shown at its fields."""

    def take(self, refused: Invalid) -> None:
        """Show what an action refused."""
        for name, message in refused.errors.items():
            self.add_error(name if name in self.fields else None, str(message))


class DeclineForm(DomainForm):
    """Why a partner declines."""

    # The domain says what a missing reason means, so that bulk, page and program say the same.
    reason = forms.ChoiceField(
        label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect, required=False
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("Needed where the reason is “Other”."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )

    def __init__(self, *args: Any, form_id: str = "", **options: Any) -> None:
        """Make the form.

        Args:
            *args: as for every form.
            form_id: the id of the form that its fields belong to, where they stand outside it on the page.
            **options: as for every form.
        """
        super().__init__(*args, **options)
        if form_id:
            for field in self.fields.values():
                field.widget.attrs["form"] = form_id


class QuestionForm(DomainForm):
    """What a partner wants to know before it answers an offer."""

    body = forms.CharField(
        label=_("Your question"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 10_000, "id": "id_question"}),
    )


class FilesInput(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file by itself; an empty one is left to the domain, which names it."""
        return [super(FilesField, self).clean(one, initial) for one in data or [] if one]


class FilesForm(DomainForm):
    """A form with which files come along."""

    # Named as in the domain’s refusals; a declared field does not hide the attribute of that name.
    files = FilesField(label=_("Files"), required=False, allow_empty_file=True)  # type: ignore[assignment]

    def uploads(self) -> list[Upload]:
        """Give the files that came with it."""
        return [_upload(file) for file in self.cleaned_data.get("files", ())]


class NoteForm(FilesForm):
    """A note on the timeline, with files."""

    body = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


def _upload(file: UploadedFile[Any]) -> Upload:
    return Upload(name=file.name or "", size=file.size or 0, content=file)
