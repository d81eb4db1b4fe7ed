"""The vendor's rules of work: how long a partner may be silent, how often a date may move."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Record


def _days(label: object, default: int, help_text: object) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        label,  # type: ignore[arg-type]
        default=default,
        help_text=help_text,  # type: ignore[arg-type]
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )


@pghistory.track()
class WorkRules(Record):
    """The rules of work; there is one row, read by `current`."""

    one = models.BooleanField(default=True, unique=True, editable=False)
    stalled_days = _days(
        _("stalled after"), 14, _("Days without activity after which managed work counts as stalled.")
    )
    overdue_days = _days(
        _("overdue after"), 1, _("Days after the expected close after which managed work counts as overdue.")
    )
    extension_days = _days(
        _("extension"), 90, _("How many days one extension moves the expected close at most.")
    )
    extensions = models.PositiveSmallIntegerField(
        _("extensions"),
        default=2,
        validators=[MaxValueValidator(50)],
        help_text=_("How often a partner may move the expected close. The vendor may do it any time."),
    )
    partners_at_most = models.PositiveSmallIntegerField(
        _("partners at most"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(50)],
        help_text=_("How many partners collaborate on one opportunity at most."),
    )
    share_warning = models.PositiveSmallIntegerField(
        _("warn of a share above"),
        default=25,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the value offered that one partner gets, above which the report warns."),
    )
    quiet_warning = models.PositiveSmallIntegerField(
        _("warn of quiet protections above"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "Percent of a partner’s protected opportunities without activity for the days of “stalled after”, above "
            "which the report of deal registrations warns."
        ),
    )

    class Meta:
        verbose_name = _("rules of work")
        verbose_name_plural = _("rules of work")
        constraints = [models.CheckConstraint(name="one_row_of_rules", condition=Q(one=True))]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> WorkRules:
        """Give the rules that hold now: the kept ones, or the defaults where nobody has kept any."""
        return cls.objects.first() or cls()
