"""Imports of registers: the file, every row as it was read, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import scope_filter
from qianshou.centres.models import Centre
from qianshou.core.codes import PublicCodeField
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.fields import EncryptedJSONField, EncryptedTextField
from qianshou.core.models import EncryptedModel


class ImportKind(models.TextChoices):
    """What a register is about."""

    CENTRES = "centres", _("list of homes")
    CHILDREN = "children", _("list of children")
    VOLUNTEERS = "volunteers", _("list of volunteers")


class ImportState(models.TextChoices):
    """Where an import stands."""

    READING = "reading", _("being read")
    READY = "ready", _("to be checked")
    REFUSED = "refused", _("file not usable")
    WRITING = "writing", _("being written")
    DONE = "done", _("imported")
    UNDONE = "undone", _("undone")
    CANCELLED = "cancelled", _("given up")


OPEN_STATES = frozenset({ImportState.READING, ImportState.READY, ImportState.WRITING})


class ImportQuerySet(models.QuerySet["Import"]):
    """Named reads of imports."""

    def visible_to(self, user: Any) -> ImportQuerySet:
        """Return the imports of the centres where the person may look at imports."""
        scope = scope_filter(user, "imports.view") if user.is_authenticated and user.is_active else None
        return self.none() if scope is None else self.filter(**scope)


class Import(EncryptedModel):
    """One register on its way into the house."""

    RECORD_KIND = "import"
    FIELD_CLASSES: ClassVar[dict[str, FieldClass]] = {
        "code": FieldClass.INTERNAL,
        "kind": FieldClass.INTERNAL,
        "centre": FieldClass.INTERNAL,
        "state": FieldClass.INTERNAL,
        "as_of": FieldClass.INTERNAL,
        "file_error": FieldClass.INTERNAL,
        "counts": FieldClass.INTERNAL,
        "report": FieldClass.INTERNAL,  # places and codes; no values
        "columns": FieldClass.INTERNAL,
        "job": FieldClass.INTERNAL,
        "created_at": FieldClass.INTERNAL,
        "created_by": FieldClass.INTERNAL,
        "written_at": FieldClass.INTERNAL,
        "undone_at": FieldClass.INTERNAL,
        "file_name": FieldClass.SENSITIVE,
        "records": FieldClass.SENSITIVE,
        "rows": FieldClass.SENSITIVE,
    }

    code = PublicCodeField(prefix="R")
    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind)
    centre = models.ForeignKey(
        "centres.Centre",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imports",
        verbose_name=_("centre"),
    )
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.READING)
    file = models.ForeignKey("core.PrivateFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = EncryptedTextField(_("file"))
    given_as_of = models.DateField(_("day of filing"), null=True, blank=True)
    as_of = models.DateField(_("ages judged on"), null=True, blank=True)
    file_error = models.CharField(max_length=40, blank=True)
    job = models.ForeignKey("core.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Sheet -> column letters -> identifier or null: what a person corrected.
    corrections = models.JSONField(default=dict, blank=True)
    # Sheet -> list of {letters, title, identifier, suggestion, is_hidden}.
    columns = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    frame = EncryptedJSONField(container=dict)
    leave_out_rejected = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The newest audit entry when the writing ended: what is newer was built on the import.
    audit_mark = models.BigIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["centre", "state"])]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the page of the import."""
        return reverse("reports:import", args=[self.code])

    @property
    def home(self) -> Centre:
        """Return the centre of an import that needs one; raises `LookupError` for a list of homes."""
        if self.centre is None:
            raise LookupError(f"import {self.code} belongs to no home")
        return self.centre

    @property
    def is_open(self) -> bool:
        """Tell whether the import is still on its way."""
        return self.state in OPEN_STATES


class RowStatus(models.TextChoices):
    """What the reading says of a row."""

    ACCEPTED = "accepted", _("can be imported")
    REJECTED = "rejected", _("cannot be imported")
    MERGED = "merged", _("the same as an earlier row")


class RowMatch(models.TextChoices):
    """Whether the house knows the person already."""

    NONE = "", _("not looked for")
    NEW = "new", _("new")
    KNOWN = "known", _("known")
    MAYBE = "maybe", _("perhaps known: same name and date of birth")
    SAME = "same", _("confirmed: the same person")
    DIFFERENT = "different", _("confirmed: another person")
    ELSEWHERE = "elsewhere", _("registered at another home")


class RowOutcome(models.TextChoices):
    """What the writing did with a row."""

    NONE = "", _("not written")
    CREATED = "created", _("registered")
    UNCHANGED = "unchanged", _("known, left as it was")
    UPDATED = "updated", _("known, changed as ticked")
    LEFT_OUT = "left_out", _("left out")
    MERGED = "merged", _("counted once")
    ELSEWHERE = "elsewhere", _("belongs to another home")


WRITTEN_AS_NEW = frozenset({RowMatch.NEW, RowMatch.DIFFERENT})
KNOWN_ALREADY = frozenset({RowMatch.KNOWN, RowMatch.SAME})


class ImportRow(EncryptedModel):
    """One data row of a register; its values are encrypted."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    at = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=RowStatus)
    has_warnings = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    codes = models.JSONField(default=list)
    # record, cells (letters -> text), issues (at, code, level, identifier, found)
    payload = EncryptedJSONField(container=dict)
    match = models.CharField(max_length=10, choices=RowMatch, default=RowMatch.NONE, blank=True)
    matched_id = models.BigIntegerField(null=True, blank=True)
    # Names of the fields in which the file and the known record differ.
    differences = models.JSONField(default=list)
    has_differences = models.BooleanField(default=False)
    ticked = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=RowOutcome, default=RowOutcome.NONE, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    before = EncryptedJSONField(container=dict)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["source", "position"]
        constraints = [models.UniqueConstraint(fields=["source", "position"], name="import_row_once")]
        indexes = [models.Index(fields=["source", "status"])]

    def __str__(self) -> str:
        return self.at

    def found_as(self, match: RowMatch, known: int | None = None, differences: Sequence[str] = ()) -> None:
        """Write down whether the house knows the person, and in what the two differ."""
        self.match, self.matched_id = match, known
        self.differences, self.has_differences = list(differences), bool(differences)
