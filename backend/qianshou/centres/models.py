"""The children's home: the centre, its rooms and opening hours, and the villages around it (S18)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qianshou.accounts.queries import scope_filter
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.fields import EncryptedTextField
from qianshou.core.models import BaseModel, EncryptedModel


class Village(BaseModel):
    """A village of the county; the place of homes, households and volunteers."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(pgettext_lazy("of a place", "name"), max_length=50)
    township = models.CharField(_("township"), max_length=50)
    latitude = models.FloatField(_("latitude"), help_text=_("degrees"))
    longitude = models.FloatField(_("longitude"), help_text=_("degrees"))
    elevation_m = models.IntegerField(_("elevation"), null=True, blank=True, help_text=_("metres"))
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class CentreQuerySet(models.QuerySet["Centre"]):
    """Named reads of centres."""

    def visible_to(self, user: Any) -> CentreQuerySet:
        """Return the centres a person may see: every signed-in person sees that a home exists."""
        return self if user.is_authenticated and user.is_active else self.none()

    def where_may(self, user: Any, action: str) -> CentreQuerySet:
        """Return the centres at which a person may do an action."""
        scope = scope_filter(user, action, "id")
        return self.none() if scope is None else self.filter(**scope)


class Centre(EncryptedModel):
    """A children's home (留守儿童之家)."""

    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.PUBLIC,
        "name": FieldClass.PUBLIC,
        "township": FieldClass.PUBLIC,
        "village": FieldClass.PUBLIC,
        "capacity": FieldClass.PUBLIC,
        "opening_hours": FieldClass.PUBLIC,
        "rooms": FieldClass.PUBLIC,
        "latitude": FieldClass.INTERNAL,
        "longitude": FieldClass.INTERNAL,
        "manager_name": FieldClass.PUBLIC,  # the posted manager, R-H3
        "phone": FieldClass.PUBLIC,
    }

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(pgettext_lazy("of a place", "name"), max_length=80)
    township = models.CharField(_("township"), max_length=50, blank=True)
    village = models.ForeignKey(
        Village, null=True, blank=True, on_delete=models.PROTECT, related_name="centres", verbose_name=_("village")
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    capacity = models.PositiveIntegerField(_("places for children"), default=30)
    closed_weekdays = models.JSONField(
        _("closed on"), default=list, blank=True, help_text=_("weekdays, 1 = Monday to 7 = Sunday")
    )
    manager_name = models.CharField(_("posted manager"), max_length=50, blank=True)
    phone = EncryptedTextField(_("phone"))
    is_active = models.BooleanField(_("open"), default=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("children's home")
        verbose_name_plural = _("children's homes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the home's page."""
        return reverse("centres:detail", args=[self.code])


class Zone(models.TextChoices):
    """What a room is for (功能区)."""

    LIBRARY = "library", _("Library")
    FAMILY_CALL = "family_call", _("Family-call room")
    ACTIVITY = "activity", _("Activity room")
    COUNSELLING = "counselling", _("Counselling room")


class Room(BaseModel):
    """A room of a centre; only rooms marked for sessions are offered to pairs."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="rooms", verbose_name=_("centre"))
    zone = models.CharField(_("used as"), max_length=20, choices=Zone)
    name = models.CharField(pgettext_lazy("of a place", "name"), max_length=50)
    seats = models.PositiveIntegerField(_("pairs at a time"), default=1, validators=[MinValueValidator(1)])
    for_sessions = models.BooleanField(_("pairs may meet here"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["centre", "zone", "name"]
        constraints = [models.UniqueConstraint(fields=["centre", "name"], name="room_name_once_per_centre")]

    def __str__(self) -> str:
        return self.name


class DayType(models.TextChoices):
    """The kinds of day for which a centre has opening hours."""

    TERM_WEEKDAY = "term_weekday", _("Term, Monday to Friday")
    TERM_WEEKEND = "term_weekend", _("Term, weekend")
    HOLIDAY = "holiday", _("School holidays")


class OpeningHours(BaseModel):
    """One stretch of time in which a centre is open on a kind of day."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="opening_hours")
    day_type = models.CharField(_("days"), max_length=20, choices=DayType)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["centre", "day_type", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="opening_hours_in_order"),
            models.UniqueConstraint(fields=["centre", "day_type", "opens"], name="opening_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class TravelTime(models.Model):
    """Minutes on the road between two places (codes of centres and villages); not symmetric: uphill is slower."""

    origin = models.CharField(max_length=12)
    destination = models.CharField(max_length=12)
    minutes = models.PositiveIntegerField(_("minutes"))

    class Meta:
        verbose_name = _("travel time")
        verbose_name_plural = _("travel times")
        constraints = [models.UniqueConstraint(fields=["origin", "destination"], name="travel_time_once")]

    def __str__(self) -> str:
        return f"{self.origin}-{self.destination}"
