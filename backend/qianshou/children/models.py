"""The child's register entry: identity, who is away, who cares (S01 base, form F1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import scope_filter
from qianshou.accounts.rules import Role
from qianshou.core import clock
from qianshou.core.codes import PublicCodeField
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField, WordListField
from qianshou.core.models import EncryptedModel

from . import rules


class Sex(models.TextChoices):
    """As in the household register."""

    MALE = "male", _("boy")
    FEMALE = "female", _("girl")


class Situation(models.TextChoices):
    """Who of the parents is away (F1); decides, with the age, whether a child counts as left-behind (R-L1)."""

    BOTH_AWAY = "both_away", _("both parents away")
    FATHER_AWAY_MOTHER_INCAPABLE = "father_away_mother_incapable", _("father away, mother cannot care")
    MOTHER_AWAY_FATHER_INCAPABLE = "mother_away_father_incapable", _("mother away, father cannot care")
    FATHER_AWAY = "father_away", _("father away, mother at home")
    MOTHER_AWAY = "mother_away", _("mother away, father at home")
    NONE_AWAY = "none_away", _("both parents at home")


class HealthStatus(models.TextChoices):
    """Health on the register form."""

    HEALTHY = "healthy", _("healthy")
    DISABLED = "disabled", _("disabled")
    ILL = "ill", _("ill")


class Schooling(models.TextChoices):
    """Where the child goes to school."""

    KINDERGARTEN = "kindergarten", _("kindergarten")
    NOT_IN_KINDERGARTEN = "not_in_kindergarten", _("not in kindergarten")
    PRIMARY = "primary", _("primary school")
    JUNIOR = "junior", _("junior middle school")
    SENIOR = "senior", _("senior middle school")
    VOCATIONAL = "vocational", _("vocational school")
    DROPPED_OUT = "dropped_out", _("dropped out")
    NOT_IN_SCHOOL = "not_in_school", _("not in school")


class GuardianshipType(models.TextChoices):
    """How the child is looked after (F1)."""

    NONE = "none", _("nobody looks after the child")
    PARENT_INCAPABLE = "parent_incapable", _("the parent at home cannot")
    CARER_WEAK = "carer_weak", _("the carer can hardly manage")
    FAIR = "fair", _("fair")
    GOOD = "good", _("good")


class Assessment(models.TextChoices):
    """Grade of the guardianship."""

    GOOD = "good", _("good")
    FAIR = "fair", _("fair")
    POOR = "poor", _("poor")


class Relation(models.TextChoices):
    """Who the carer is to the child."""

    FATHER = "father", _("father")
    MOTHER = "mother", _("mother")
    PATERNAL_GRANDFATHER = "paternal_grandfather", _("father's father")
    PATERNAL_GRANDMOTHER = "paternal_grandmother", _("father's mother")
    MATERNAL_GRANDFATHER = "maternal_grandfather", _("mother's father")
    MATERNAL_GRANDMOTHER = "maternal_grandmother", _("mother's mother")
    PATERNAL_UNCLE = "paternal_uncle", _("father's brother")
    PATERNAL_AUNT = "paternal_aunt", _("father's sister")
    MATERNAL_UNCLE = "maternal_uncle", _("mother's brother")
    MATERNAL_AUNT = "maternal_aunt", _("mother's sister")
    OTHER = "other", _("other")


class ChildStatus(models.TextChoices):
    """Whether the child belongs to the home today."""

    ACTIVE = "active", _("in the home")
    LEFT = "left", _("left")


class CompanionWish(models.TextChoices):
    """What the guardian wishes of a companion."""

    ANY = "any", _("no wish")
    FEMALE = "female", _("a woman")
    MALE = "male", _("a man")
    NONE = "none", _("no companion")


class ChildQuerySet(models.QuerySet["Child"]):
    """Named reads of children."""

    def visible_to(self, user: Any) -> ChildQuerySet:
        """Return the children a person may see.

        Staff and supervisors see those of their centres, a guardian the own ward, a volunteer the child of an
        active pairing; an administrator of the machine sees none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        seen = Q(pk__in=Guardian.objects.filter(user=user, is_current=True).values("child_id")) | Q(
            pk__in=self.model._base_manager.filter(pairings__volunteer__user=user, pairings__state="active").values(
                "pk"
            )
        )
        scope = scope_filter(user, "children.list")
        if scope is not None:
            seen |= Q(**scope)
        return self.filter(seen)

    def in_home(self) -> ChildQuerySet:
        """Return children who belong to a home today."""
        return self.filter(status=ChildStatus.ACTIVE)


class Child(EncryptedModel):
    """A child of the home."""

    RECORD_KIND = "child"
    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.INTERNAL,
        "centre": FieldClass.INTERNAL,
        "status": FieldClass.INTERNAL,
        "name": FieldClass.PERSONAL,
        "sex": FieldClass.INTERNAL,
        "ethnicity": FieldClass.PERSONAL,
        "birth_date": FieldClass.PERSONAL,
        "age": FieldClass.INTERNAL,
        "national_id": FieldClass.SENSITIVE,
        "hukou_registered": FieldClass.PERSONAL,
        "hukou_address": FieldClass.SENSITIVE,
        "current_address": FieldClass.SENSITIVE,
        "village": FieldClass.PERSONAL,
        "school": FieldClass.PERSONAL,
        "school_class": FieldClass.PERSONAL,
        "schooling": FieldClass.PERSONAL,
        "is_boarding": FieldClass.PERSONAL,
        "health_status": FieldClass.SENSITIVE,
        "disability_category": FieldClass.SENSITIVE,
        "disability_grade": FieldClass.SENSITIVE,
        "illness_type": FieldClass.SENSITIVE,
        "situation": FieldClass.PERSONAL,
        "is_left_behind": FieldClass.PERSONAL,
        "has_entrusted_carer": FieldClass.PERSONAL,
        "guardianship_type": FieldClass.PERSONAL,
        "guardianship_assessment": FieldClass.PERSONAL,
        "income_sources": FieldClass.SENSITIVE,
        "aid_received": FieldClass.SENSITIVE,
        "confirmed_by": FieldClass.SENSITIVE,
        "visited_on": FieldClass.PERSONAL,
        "interests": FieldClass.INTERNAL,
        "needs": FieldClass.PERSONAL,
        "dialects": FieldClass.INTERNAL,
        "companion_wish": FieldClass.PERSONAL,
        "companion_places": FieldClass.INTERNAL,
        "relatives": FieldClass.SENSITIVE,
        "guardian_name": FieldClass.PERSONAL,
        "guardian_relation": FieldClass.PERSONAL,
        "guardian_phones": FieldClass.SENSITIVE,
        "guardian_national_id": FieldClass.SENSITIVE,
        "guardian_address": FieldClass.SENSITIVE,
        "remark": FieldClass.SENSITIVE,
        "filed_on": FieldClass.PERSONAL,
        "left_on": FieldClass.INTERNAL,
        "left_reason": FieldClass.PERSONAL,
    }

    code = PublicCodeField(prefix="C")
    centre = models.ForeignKey(
        "centres.Centre", on_delete=models.PROTECT, related_name="children", verbose_name=_("centre")
    )
    status = models.CharField(_("status"), max_length=10, choices=ChildStatus, default=ChildStatus.ACTIVE)
    name = models.CharField(_("name"), max_length=50)
    name_sort = models.CharField(max_length=400, blank=True, editable=False, db_index=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex)
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    birth_date = models.DateField(_("date of birth"))
    national_id = EncryptedTextField(_("identity number"))
    national_id_index = BlindIndexField(of="national_id")
    hukou_registered = models.BooleanField(_("household registered"), null=True, blank=True)
    hukou_address = EncryptedTextField(_("registered address"))
    current_address = EncryptedTextField(_("present address"))
    village = models.ForeignKey(
        "centres.Village",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
        verbose_name=_("village"),
    )
    school = models.CharField(_("school"), max_length=80, blank=True)
    school_class = models.CharField(_("class"), max_length=40, blank=True)
    schooling = models.CharField(_("schooling"), max_length=24, choices=Schooling, blank=True)
    is_boarding = models.BooleanField(_("boards at school"), null=True, blank=True)
    health_status = EncryptedTextField(_("health"), choices=HealthStatus)
    disability_category = EncryptedTextField(_("disability"))
    disability_grade = EncryptedTextField(_("grade of disability"))
    illness_type = EncryptedTextField(_("illness"))
    situation = models.CharField(_("parents"), max_length=40, choices=Situation, blank=True)
    has_entrusted_carer = models.BooleanField(_("entrusted carer"), null=True, blank=True)
    guardianship_type = models.CharField(_("type of care"), max_length=24, choices=GuardianshipType, blank=True)
    guardianship_assessment = models.CharField(_("care assessed as"), max_length=10, choices=Assessment, blank=True)
    income_sources = EncryptedJSONField(_("sources of income"))
    aid_received = EncryptedJSONField(_("aid received"))
    confirmed_by = EncryptedTextField(_("confirmed by"))
    visited_on = models.DateField(_("household visited"), null=True, blank=True)
    filed_on = models.DateField(_("form filed"), null=True, blank=True)
    interests = WordListField(_("interests"))
    needs = WordListField(_("needs"), help_text=_("what a companion could help with"))
    dialects = WordListField(_("languages and dialects"))
    companion_wish = models.CharField(
        _("guardian's wish"), max_length=10, choices=CompanionWish, default=CompanionWish.ANY
    )
    companion_places = models.PositiveSmallIntegerField(
        _("companions wanted"), default=1, validators=[MaxValueValidator(3)]
    )
    remark = EncryptedTextField(_("remark"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("why the child left"), max_length=200, blank=True)

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("child")
        verbose_name_plural = _("children")
        ordering = ["name_sort", "id"]
        indexes = [models.Index(fields=["centre", "status"]), models.Index(fields=["name", "birth_date"])]
        constraints = [
            models.UniqueConstraint(
                fields=["national_id_index"],
                condition=Q(status="active") & ~Q(national_id_index=""),
                name="one_active_child_per_identity_number",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the address of the child's file."""
        return reverse("children:detail", args=[self.code])

    @property
    def age(self) -> int:
        """Return the age in whole years, today."""
        return rules.age_on(self.birth_date, clock.today())

    @property
    def is_left_behind(self) -> bool:
        """Tell whether the child counts as left-behind today (R-L1)."""
        return rules.is_left_behind(self.situation, self.birth_date, clock.today())

    def relevant_roles(self, user: Any, roles: set[Role]) -> set[Role]:
        """Return the roles that count towards this child.

        Being a guardian or a volunteer at the home opens no file: only of the own ward and of the paired child.
        """
        counting = roles - {Role.GUARDIAN, Role.VOLUNTEER}
        if Role.GUARDIAN in roles and self.guardians.filter(user=user, is_current=True).exists():
            counting.add(Role.GUARDIAN)
        elif Role.VOLUNTEER in roles and self.is_accompanied_by(user):
            counting.add(Role.VOLUNTEER)
        return counting

    def is_accompanied_by(self, user: Any) -> bool:
        """Tell whether the person is the child's companion in an active pairing."""
        return bool(self.pairings.filter(volunteer__user=user, state="active").exists())  # type: ignore[attr-defined]


class Kin(models.TextChoices):
    """The relatives that the form names."""

    FATHER = "father", _("father")
    MOTHER = "mother", _("mother")
    PATERNAL_GRANDFATHER = "paternal_grandfather", _("father's father")
    PATERNAL_GRANDMOTHER = "paternal_grandmother", _("father's mother")
    MATERNAL_GRANDFATHER = "maternal_grandfather", _("mother's father")
    MATERNAL_GRANDMOTHER = "maternal_grandmother", _("mother's mother")


class Relative(EncryptedModel):
    """A parent or grandparent on the form."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="relatives")
    kin = models.CharField(_("who"), max_length=24, choices=Kin)
    name = EncryptedTextField(_("name"))
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    national_id = EncryptedTextField(_("identity number"))
    work_place = EncryptedTextField(_("works at"), help_text=_("province and city; empty: not away"))
    phones = EncryptedJSONField(_("phones"))

    class Meta:
        verbose_name = _("relative")
        verbose_name_plural = _("relatives")
        ordering = ["child", "id"]
        constraints = [models.UniqueConstraint(fields=["child", "kin"], name="relative_once")]

    def __str__(self) -> str:
        return self.kin


class Guardian(EncryptedModel):
    """Who cares for the child now, often a grandparent."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardians")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="wards",
        verbose_name=_("account"),
    )
    name = EncryptedTextField(_("name"))
    relation = models.CharField(_("relation to the child"), max_length=24, choices=Relation, blank=True)
    relation_word = models.CharField(_("relation as written"), max_length=20, blank=True)
    national_id = EncryptedTextField(_("identity number"))
    phones = EncryptedJSONField(_("phones"))
    address = EncryptedTextField(_("address"))
    is_current = models.BooleanField(_("cares now"), default=True)

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        ordering = ["child", "id"]
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(is_current=True), name="one_present_guardian")
        ]

    def __str__(self) -> str:
        return self.relation
