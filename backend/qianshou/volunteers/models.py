"""Volunteers, their dated checks and when they are free (S08)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qianshou.accounts.queries import scope_filter
from qianshou.core import clock
from qianshou.core.ages import age_on
from qianshou.core.codes import PublicCodeField
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.fields import BlindIndexField, EncryptedTextField, WordListField
from qianshou.core.models import BaseModel, EncryptedModel


class Sex(models.TextChoices):
    """As on the identity card."""

    MALE = "male", _("male")
    FEMALE = "female", _("female")


class VolunteerStatus(models.TextChoices):
    """Where a volunteer stands; never makes anybody eligible by itself."""

    INTERVIEW = "interview", _("waiting for the interview")
    PROBATION = "probation", _("on probation")
    ACTIVE = "active", pgettext_lazy("volunteer", "active")
    SUSPENDED = "suspended", pgettext_lazy("volunteer", "suspended")
    LEFT = "left", _("left")


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    """Named reads of volunteers."""

    def visible_to(self, user: Any) -> VolunteerQuerySet:
        """Return the volunteers a person may see: the own record, and those of centres where the role allows it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = Q(user=user)
        scope = scope_filter(user, "volunteers.list")
        return self.filter(own if scope is None else own | Q(**scope))

    def serving(self) -> VolunteerQuerySet:
        """Return those whose status lets them serve (checks are another question)."""
        return self.filter(status__in=[VolunteerStatus.ACTIVE, VolunteerStatus.PROBATION])


class Volunteer(EncryptedModel):
    """A person who offers time to the children."""

    RECORD_KIND = "volunteer"
    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.PUBLIC,
        "age": FieldClass.INTERNAL,
        "centre": FieldClass.INTERNAL,
        "status": FieldClass.INTERNAL,
        "name": FieldClass.PERSONAL,
        "sex": FieldClass.INTERNAL,
        "birth_date": FieldClass.PERSONAL,
        "ethnicity": FieldClass.PERSONAL,
        "political_status": FieldClass.SENSITIVE,
        "id_type": FieldClass.SENSITIVE,
        "national_id": FieldClass.SENSITIVE,
        "education": FieldClass.PERSONAL,
        "occupation": FieldClass.PERSONAL,
        "address": FieldClass.SENSITIVE,
        "village": FieldClass.INTERNAL,
        "phone": FieldClass.SENSITIVE,
        "email": FieldClass.SENSITIVE,
        "emergency_contact_name": FieldClass.SENSITIVE,
        "emergency_contact_phone": FieldClass.SENSITIVE,
        "skills": FieldClass.INTERNAL,
        "interests": FieldClass.INTERNAL,
        "dialects": FieldClass.INTERNAL,
        "service_interests": FieldClass.INTERNAL,
        "availability": FieldClass.INTERNAL,
        "availability_text": FieldClass.INTERNAL,
        "max_children": FieldClass.INTERNAL,
        "eligibility": FieldClass.INTERNAL,
        "checks": FieldClass.SENSITIVE,
        "guardian_consent_on": FieldClass.PERSONAL,
        "joined_on": FieldClass.INTERNAL,
        "remark": FieldClass.SENSITIVE,
    }

    code = PublicCodeField(prefix="V")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="volunteer",
        verbose_name=_("account"),
    )
    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, related_name="volunteers", verbose_name=_("centre")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=VolunteerStatus, default=VolunteerStatus.INTERVIEW, db_index=True
    )
    name = models.CharField(_("name"), max_length=50)
    name_sort = models.CharField(max_length=400, blank=True, editable=False, db_index=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex)
    birth_date = models.DateField(_("date of birth"))
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    political_status = models.CharField(_("political affiliation"), max_length=30, blank=True)
    id_type = models.CharField(_("identity document"), max_length=30, blank=True)
    national_id = EncryptedTextField(_("identity number"))
    national_id_index = BlindIndexField(of="national_id")
    education = models.CharField(_("education"), max_length=30, blank=True)
    occupation = models.CharField(_("work"), max_length=80, blank=True)
    address = EncryptedTextField(_("address"))
    village = models.ForeignKey(
        "centres.Village",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="volunteers",
        verbose_name=_("village"),
    )
    phone = EncryptedTextField(_("mobile phone"))
    phone_index = BlindIndexField(of="phone")
    email = EncryptedTextField(_("e-mail"))
    emergency_contact_name = EncryptedTextField(_("emergency contact"))
    emergency_contact_phone = EncryptedTextField(_("emergency contact's phone"))
    skills = WordListField(_("skills"))
    interests = WordListField(_("interests"))
    dialects = WordListField(_("languages and dialects"))
    service_interests = WordListField(_("wished service"))
    availability_text = models.CharField(_("availability in own words"), max_length=200, blank=True)
    max_children = models.PositiveSmallIntegerField(
        _("children at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    guardian_consent_on = models.DateField(_("guardian's consent (14 to 17)"), null=True, blank=True)
    joined_on = models.DateField(_("joined"), null=True, blank=True)
    remark = EncryptedTextField(_("remark"))

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["name_sort", "id"]
        indexes = [models.Index(fields=["centre", "status"])]
        constraints = [
            models.UniqueConstraint(
                fields=["national_id_index"],
                condition=~Q(status="left") & ~Q(national_id_index=""),
                name="one_serving_volunteer_per_identity_number",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the address of the volunteer's record."""
        return reverse("volunteers:detail", args=[self.code])

    @property
    def age(self) -> int:
        """Return the age in whole years, today."""
        return age_on(self.birth_date, clock.today())

    def is_own(self, user: Any) -> bool:
        """Tell whether this is the person's own record."""
        return self.user_id is not None and self.user_id == user.pk


class CheckKind(models.TextChoices):
    """The dated checks that vetting rests on (R-V1, R-W3)."""

    IDENTITY = "identity", _("identity seen")
    RECORD_INQUIRY = "record_inquiry", _("criminal-record inquiry")
    PLEDGE = "pledge", _("code of conduct signed")
    TRAINING = "training", _("training before service")


class CheckResult(models.TextChoices):
    """The outcome of a check."""

    CLEAR = "clear", _("clear")
    NOT_CLEAR = "not_clear", _("not clear")
    PENDING = "pending", _("asked, not answered yet")


class Check(EncryptedModel):
    """One dated check of a volunteer; rows are added, never overwritten."""

    code = PublicCodeField(prefix="K")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(_("check"), max_length=20, choices=CheckKind)
    done_on = models.DateField(_("date"))
    result = models.CharField(_("result"), max_length=20, choices=CheckResult, default=CheckResult.CLEAR)
    valid_to = models.DateField(
        _("valid to (last day)"), null=True, blank=True, help_text=_("empty: follows from the kind of check")
    )
    document_number = EncryptedTextField(_("document number"))
    channel = models.CharField(_("asked at"), max_length=60, blank=True, help_text=_("police or procuratorate"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["-done_on", "-id"]
        indexes = [models.Index(fields=["volunteer", "kind", "-done_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("done_on")), name="check_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether the check was taken back."""
        return self.withdrawn_at is not None


class Weeks(models.TextChoices):
    """In which teaching weeks of the term."""

    ALL = "all", _("every week")
    ODD = "odd", _("odd weeks")
    EVEN = "even", _("even weeks")


class AvailabilitySlot(models.Model):
    """A stretch of a weekday in which a volunteer is free, week by week."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="availability")
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), validators=[MinValueValidator(1), MaxValueValidator(7)], help_text=_("1 = Monday to 7 = Sunday")
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    weeks = models.CharField(_("weeks"), max_length=5, choices=Weeks, default=Weeks.ALL)

    class Meta:
        verbose_name = _("available time")
        verbose_name_plural = _("available times")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="availability_in_order"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="availability_weekday"),
            models.UniqueConstraint(fields=["volunteer", "weekday", "starts", "weeks"], name="availability_once"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M}"


class AvailabilityException(BaseModel):
    """Days on which a volunteer cannot come, whatever the week says."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="exceptions")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("time away")
        verbose_name_plural = _("times away")
        ordering = ["starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="time_away_in_order")]

    def __str__(self) -> str:
        return f"{self.starts_on} - {self.ends_on}"
