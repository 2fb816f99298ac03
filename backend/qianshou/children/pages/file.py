"""A child's file: overview, family, history, who read it; each opening is written into the read log (S02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.accounts.queries import field_class_for, may
from qianshou.core.audit import words_for
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.models import ReadEntry
from qianshou.core.pages import DetailPage, FormPage, ListPage
from qianshou.core.pages.base import OneMixin
from qianshou.core.reasons import RevealForm

from .. import queries, services, shapes
from ..forms import masked_value
from ..models import Child
from ..rules import township_of

PARTS = {
    "national_id": gettext_lazy("Identity number"),
    "current_address": gettext_lazy("Present address"),
    "hukou_address": gettext_lazy("Registered address"),
    "guardian": gettext_lazy("Carer's phone, address and identity number"),
    "relatives": gettext_lazy("Parents' phones and identity numbers"),
}


ICONS = {
    "children.register_child": "user-plus",
    "children.mark_left": "log-out",
    "children.bring_back": "undo-2",
    "children.link_guardian_account": "link-2",
}
"""Signs of the timeline; everything else is a change."""


class ChildPageMixin(OneMixin):
    """A page about one child: the header and the tabs that the person may see."""

    context_object_name = "child"
    request: HttpRequest

    def get_queryset(self) -> QuerySet[Child]:
        """Return the children the person may see, with home, village and carer."""
        return queries.with_guardian(queries.for_list(Child.objects.visible_to(self.request.user)))

    @cached_property
    def highest(self) -> FieldClass | None:
        """The class of field that the person sees of this child."""
        return field_class_for(self.request.user, self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add what header and tabs need."""
        user, child = self.request.user, self.object
        seen = shapes.seen_fields(self.highest)
        return super().get_context(  # type: ignore[misc]
            child=child,
            sees=dict.fromkeys(seen, True),
            shown_name=shapes.shown_name(user, child, self.highest),
            is_staff=queries.searchable(user).filter(pk=child.pk).exists(),
            may_change=may(user, "children.change", child.centre_id),
            may_see_history=may(user, "audit.view", child.centre_id),
            may_see_reads=may(user, "reads.view", child.centre_id),
            **extra,
        )


class ChildDetailPage(ChildPageMixin, DetailPage):
    """The overview of a file."""

    action = "children.view"
    template_name = "children/detail.html"
    read_purpose = gettext_lazy("opened the file")  # type: ignore[assignment]

    def get_read_fields(self) -> Iterable[str]:
        """Return the fields of the overview that this person sees."""
        return sorted(shapes.seen_fields(self.highest) & set(shapes.OVERVIEW_FIELDS))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add the masked values and the township of the address."""
        child = self.object
        masked = {}
        if self.highest is not None and self.highest >= FieldClass.SENSITIVE:
            masked = {name: masked_value(child, name) for name in ("national_id", "current_address", "hukou_address")}
        return super().get_context(masked=masked, **extra)


class ChildFamilyPage(ChildPageMixin, DetailPage):
    """Parents, grandparents, and who cares for the child."""

    action = "children.view"
    template_name = "children/family.html"
    read_purpose = gettext_lazy("opened the family part of the file")  # type: ignore[assignment]

    def get_queryset(self) -> QuerySet[Child]:
        """Bring along the relatives."""
        return super().get_queryset().prefetch_related("relatives", "guardians")

    def get_read_fields(self) -> Iterable[str]:
        """Return the fields of the family part that this person sees."""
        return sorted(shapes.seen_fields(self.highest) & set(shapes.FAMILY_FIELDS))

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add carer and relatives with numbers masked; who may not see the part gets 404."""
        if self.highest is None or self.highest < FieldClass.PERSONAL:
            raise Http404
        guardian = queries.present_guardian(self.object)
        sees_more = self.highest >= FieldClass.SENSITIVE
        relatives = []
        if sees_more:
            for row in self.object.relatives.all():
                relatives.append(
                    {
                        "who": row.get_kin_display(),
                        "name": row.name,
                        "birth_date": row.birth_date,
                        "work_place": row.work_place,
                        "phones": row.phones,
                    }
                )
        return super().get_context(
            guardian=guardian,
            former=[one for one in self.object.guardians.all() if not one.is_current],
            relatives=relatives,
            guardian_township=township_of(guardian.address) if guardian and sees_more else "",
            masked_guardian_id=masked_value(self.object, "guardian_national_id") if sees_more else "",
            sees_more=sees_more,
            **extra,
        )


class ChildHistoryPage(ChildPageMixin, ListPage):
    """What was done to a file: by whom, which fields, when."""

    action = "audit.view"
    template_name = "children/history.html"
    partial_template_name = "children/_history.html"

    def get_rows(self) -> Any:
        """Return the entries of this file."""
        if not may(self.request.user, "audit.view", self.object.centre_id):
            raise Http404
        return queries.history(self.object)

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Say each entry in words."""
        context = super().get_context(**extra)
        context["entries"] = [
            {
                "at": entry.at,
                "icon": ICONS.get(entry.action, "pencil"),
                "title": words_for(entry.action),
                "by": entry.actor or _("the house itself"),
                "text": _said(entry.changes, entry.reason),
            }
            for entry in context["page_obj"]
        ]
        return context


class ChildReadsPage(ChildPageMixin, ListPage):
    """Who has read a file."""

    action = "reads.view"
    template_name = "children/reads.html"
    partial_template_name = "children/_reads.html"

    def get_rows(self) -> Any:
        """Return the entries of the read log about this child."""
        if not may(self.request.user, "reads.view", self.object.centre_id):
            raise Http404
        return ReadEntry.objects.filter(subject_type=Child._meta.label_lower, subject_id=self.object.pk).select_related(
            "reader"
        )

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Name the fields in words."""
        context = super().get_context(**extra)
        context["entries"] = [
            {"entry": entry, "fields": [field_words(name) for name in entry.fields]} for entry in context["page_obj"]
        ]
        return context


def field_words(name: str) -> str:
    """Return what people call a field."""
    if name in PARTS:
        return str(PARTS[name])
    if name.startswith("guardian_"):
        return f"{_('carer')}: {_guardian_word(name.removeprefix('guardian_'))}"
    names = {field.name: field for field in Child._meta.get_fields()}
    extra = {
        "relatives": _("parents and grandparents"),
        "age": _("age"),
        "is_left_behind": _("left-behind"),
        "village_id": _("village"),
    }
    if name in extra:
        return str(extra[name])
    return str(getattr(names.get(name), "verbose_name", name))


def _guardian_word(name: str) -> str:
    from ..models import Guardian

    if name == "account":
        return str(_("account"))
    try:
        return str(Guardian._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except LookupError:
        return name


def _said(changes: dict[str, Any], reason: str) -> str:
    words = []
    for name, value in changes.items():
        label = field_words(name)
        if isinstance(value, list) and len(value) == 2:
            before, after = (_value_words(name, one) for one in value)
            words.append(f"{label}: {before} → {after}" if before else f"{label}: {after}")
        else:
            words.append(label)
    text = "；".join(words)
    return f"{text} · {reason}" if reason and text else text or reason


def _value_words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    field = next((one for one in Child._meta.get_fields() if one.name == name), None)
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(choices.get(value, value))


class ChildRevealPage(ChildPageMixin, FormPage):
    """Show one masked part in full, after a reason that goes into the read log; the value stands in no address."""

    action = "children.reveal"
    template_name = "children/reveal.html"
    form_class = RevealForm

    @property
    def part(self) -> str:
        """The part asked for."""
        part = self.request.POST.get("part") or self.request.GET.get("part", "")
        if part not in PARTS:
            raise Http404
        return part

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Name the part."""
        if self.highest is None or self.highest < FieldClass.SENSITIVE:
            raise Http404
        return super().get_context(part=self.part, part_words=PARTS[self.part], **extra)

    def save(self, form: RevealForm) -> HttpResponseBase:
        """Write the read, then show the value."""
        services.reveal_fields(self.object, self.part, by=self.request.user, reason=form.purpose())  # type: ignore[arg-type]
        return self.render(form=form, rows=list(self._rows()))

    def _rows(self) -> Iterable[tuple[str, str]]:
        child = self.object
        if self.part == "guardian":
            guardian = queries.present_guardian(child)
            if guardian is not None:
                yield _("Name"), guardian.name
                yield _("Phone"), "、".join(guardian.phones)
                yield _("Home address"), guardian.address
                yield _("Identity number"), guardian.national_id
            return
        if self.part == "relatives":
            for row in child.relatives.all():
                details = [row.name, row.work_place, "、".join(row.phones), row.national_id]
                yield row.get_kin_display(), " · ".join(one for one in details if one)
            return
        yield str(PARTS[self.part]), getattr(child, self.part)
