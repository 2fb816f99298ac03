"""Terms, public holidays and make-up workdays: data that people keep, not code (stack 10)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qianshou.core.codes import PublicCodeField
from qianshou.core.models.base import BaseModel

FIRST_YEAR, LAST_YEAR = 2000, 2100


class RuleKind(models.TextChoices):
    """What the State Council's notice says of a day."""

    PUBLIC_HOLIDAY = "public_holiday", _("Public holiday")
    MAKEUP_WORKDAY = "makeup_workday", _("Make-up workday")


class HolidayRule(BaseModel):
    """One day on which the notice of a year departs from the plain week."""

    code = PublicCodeField(prefix="D")
    date = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=RuleKind)
    name = models.CharField(pgettext_lazy("of a day or term", "name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    #: The year whose notice says it; a make-up workday in December may belong to the year after.
    year = models.PositiveSmallIntegerField(
        _("year of the notice"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up workday")
        verbose_name_plural = _("holidays and make-up workdays")
        ordering = ("date",)
        indexes = (models.Index(fields=["year", "date"]),)
        constraints = (models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="holiday_rule_kind_known"),)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, as far as it is known."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Term(BaseModel):
    """A school term; of one centre, or of the whole house when `centre` is empty."""

    code = PublicCodeField(prefix="T")
    name = models.CharField(pgettext_lazy("of a day or term", "name"), max_length=60)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    centre = models.ForeignKey(
        "centres.Centre", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("centre")
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ("starts_on",)
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_dates_in_order"),
            models.UniqueConstraint(fields=["centre", "starts_on"], name="term_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return self.name
