"""What the codes of an import mean in words, and what a cell should have held."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qianshou.core.errors import Text


@dataclass(frozen=True, slots=True)
class Message:
    """What was found, and what is expected instead (empty where nothing is to be done)."""

    text: Text
    expected: Text = ""


FILE_MESSAGES: dict[str, Message] = {
    "file_empty": Message(_("The file is empty."), _("A workbook or .csv with at least one person.")),
    "no_data_rows": Message(
        _("No row with data was found."), _("A header row with the name and the other columns, and rows below it.")
    ),
    "file_unreadable": Message(
        _("The file cannot be read: it is damaged, or it has a password."),
        _("Open it in Excel or WPS, save it again without a password, and send it again."),
    ),
    "file_type_mismatch": Message(
        _("This is no spreadsheet, whatever its name says."),
        _("Open it in Excel or WPS, choose “Save as” and one of .xlsx, .xls or .csv."),
    ),
    "archive_too_large": Message(
        _("The file is larger than a register can be."), _("At most 20,000 rows; delete empty sheets and pictures.")
    ),
}

REJECTIONS: dict[str, Message] = {
    "name_missing": Message(_("The name is missing."), _("the full name")),
    "name_invalid": Message(_("This is no name."), _("Chinese characters, with · between the parts where needed")),
    "sex_missing": Message(_("The sex is missing, and there is no id number that would tell."), _("男 or 女")),
    "sex_id_conflict": Message(_("The sex is not the one of the id number."), _("the same sex in both")),
    "birth_date_incomplete": Message(_("The date of birth has no day."), _("year, month and day, as 2015-03-07")),
    "birth_date_unreadable": Message(_("The date of birth cannot be read."), _("year, month and day, as 2015-03-07")),
    "birth_date_id_conflict": Message(
        _("The date of birth is not the one of the id number."), _("the same date in both, at most 60 days apart")
    ),
    "birth_date_future": Message(_("The date of birth lies after the day of filing."), _("an earlier day")),
    "national_id_precision_lost": Message(
        _("The last digits of the id number are lost: the cell held it as a number."),
        _("the 18 characters typed again, in a cell formatted as text"),
    ),
    "national_id_checksum": Message(
        _("The id number has a mistake: its check digit is wrong."), _("the number as on the card")
    ),
    "national_id_length": Message(_("The id number does not have 18 characters."), _("18 characters")),
    "national_id_birth_date": Message(
        _("The date inside the id number does not exist."), _("the number as on the card")
    ),
    "phone_missing": Message(_("The mobile number is missing."), _("11 digits that begin with 1")),
    "phone_invalid": Message(
        _("This is no mobile number: digits are missing or too many."), _("11 digits that begin with 1")
    ),
    "ditto_without_source": Message(_("“Same as above”, but nothing stands above."), _("the value itself")),
    "duplicate_conflict": Message(
        _("An earlier row has the same id number and other particulars."),
        _("one row per person: correct or delete one"),
    ),
    "age_18_or_over": Message(_("18 or older on the day of filing."), _("a child under 18")),
    "age_under_14": Message(_("Under 14: too young to volunteer."), _("14 or older")),
    "record_inquiry_future": Message(_("The record inquiry lies after the day of filing."), _("the day it was made")),
    "formula_without_value": Message(_("The formula has no stored value."), _("the value itself")),
    "cell_error_value": Message(_("The cell shows an error of the spreadsheet."), _("the value itself")),
    "text_too_long": Message(_("The text is too long."), _("a shorter text")),
    "code_missing": Message(_("The code of the home is missing."), _("a code such as H01")),
    "code_invalid": Message(_("This is no code."), _("up to 12 letters and digits")),
    "number_invalid": Message(_("This is no whole number."), _("a whole number from 0 up")),
    "coordinate_invalid": Message(_("This is no coordinate."), _("degrees, as 27.16725")),
    "hours_unreadable": Message(_("The opening hours cannot be read."), _("as 08:30-11:30;14:00-17:00")),
    "weekday_unreadable": Message(_("The weekday cannot be read."), _("as 周一")),
}

WARNINGS: dict[str, Message] = {
    "birth_date_from_id": Message(_("The date of birth was taken from the id number.")),
    "birth_year_two_digits": Message(_("The year has two digits and was read as this century."), _("four digits")),
    "birth_date_lunar_suspected": Message(
        _("The date differs a little from the id number, perhaps a lunar birthday; the id number counts.")
    ),
    "ditto_resolved": Message(_("“Same as above”: the value of the row above was taken.")),
    "guardian_phone_missing": Message(_("The guardian has no phone number."), _("a number that can be called")),
    "guardian_missing": Message(
        _("Nobody is named who cares for the child."), _("the guardian; if there is none, act today")
    ),
    "national_id_missing": Message(_("There is no id number."), _("the number, once it is known")),
    "sex_from_id": Message(_("The sex was taken from the id number.")),
    "relation_unknown": Message(_("This relation is not in the list; the word is kept.")),
    "relation_two_persons": Message(_("Two persons are named; the first counts as guardian.")),
    "situation_unclear": Message(
        _("These words do not say which parent is away; the child does not count as left-behind yet."),
        _("for example 双出, 父出母在家, 都在家"),
    ),
    "duplicate_identical": Message(_("The same person stands in an earlier row; both count once.")),
    "age_16_or_over": Message(_("16 or older: accepted, not counted as left-behind.")),
    "not_left_behind": Message(_("A parent who can care is at home: accepted, not counted as left-behind.")),
    "ethnicity_unknown": Message(_("This is none of the 56 ethnic groups; left empty."), _("as 土家族")),
    "choice_unknown": Message(_("This word is not in the list; left empty.")),
    "date_unreadable": Message(_("This date cannot be read; left empty."), _("year, month and day, as 2015-03-07")),
    "date_future": Message(_("This date lies after the day of filing; left empty."), _("an earlier day")),
    "email_invalid": Message(_("This is no e-mail address; left empty."), _("as name@example.org")),
    "phone_second_dropped": Message(_("Only the first number is kept here.")),
    "guardian_consent_needed": Message(_("14 to 17 years old: the guardian must consent in writing.")),
    "availability_missing": Message(_("Nothing is said about free times."), _("as 周六上午 or 周三16:00-18:00")),
    "availability_unclear": Message(
        _("The free times cannot be read; the words are kept. Please ask."), _("as 周六上午 or 周三16:00-18:00")
    ),
    "record_inquiry_missing": Message(_("There is no record inquiry yet."), _("the day it was made")),
    "record_inquiry_expired": Message(_("The record inquiry is older than a year."), _("a new inquiry")),
    "record_inquiry_not_clear": Message(_("The record inquiry found something.")),
    "record_inquiry_pending": Message(_("The result of the record inquiry is not there yet.")),
    "pledge_missing": Message(_("The code of conduct is not signed."), _("the day it was signed")),
    "training_missing": Message(_("There was no training before service."), _("the day of the training")),
    "training_expired": Message(_("The training is no longer valid."), _("a new training")),
}

NOTICES: dict[str, Message] = {
    "sheet_without_header": Message(_("This sheet holds no table and was left out.")),
    "hidden_sheet": Message(_("This sheet is hidden; it was read like any other.")),
    "hidden_column": Message(_("This column is hidden; it was read like any other.")),
    "unknown_column": Message(_("Nobody knows what this column means; it is not imported.")),
}

IGNORED: dict[str, Text] = {
    "blank": _("blank row"),
    "total": _("row of totals"),
    "header": _("header or title"),
    "footer": _("signatures or notes"),
}

COLUMN_LABELS: dict[str, Text] = {
    "number": pgettext_lazy("column", "running number"),
    "name": pgettext_lazy("column", "name"),
    "sex": pgettext_lazy("column", "sex"),
    "ethnicity": pgettext_lazy("column", "ethnic group"),
    "birth_date": pgettext_lazy("column", "date of birth"),
    "national_id": pgettext_lazy("column", "id number"),
    "hukou_registered": pgettext_lazy("column", "household registered"),
    "hukou_address": pgettext_lazy("column", "registered address"),
    "current_address": pgettext_lazy("column", "present address"),
    "health_status": pgettext_lazy("column", "health"),
    "disability": pgettext_lazy("column", "disability and grade"),
    "illness_type": pgettext_lazy("column", "illness"),
    "is_boarding": pgettext_lazy("column", "boards at school"),
    "schooling": pgettext_lazy("column", "schooling"),
    "school": pgettext_lazy("column", "school"),
    "school_class": pgettext_lazy("column", "class"),
    "grandparents.paternal_grandfather.name": pgettext_lazy("column", "father's father: name"),
    "grandparents.paternal_grandfather.birth_date": pgettext_lazy("column", "father's father: date of birth"),
    "grandparents.paternal_grandmother.name": pgettext_lazy("column", "father's mother: name"),
    "grandparents.paternal_grandmother.birth_date": pgettext_lazy("column", "father's mother: date of birth"),
    "grandparents.maternal_grandfather.name": pgettext_lazy("column", "mother's father: name"),
    "grandparents.maternal_grandfather.birth_date": pgettext_lazy("column", "mother's father: date of birth"),
    "grandparents.maternal_grandmother.name": pgettext_lazy("column", "mother's mother: name"),
    "grandparents.maternal_grandmother.birth_date": pgettext_lazy("column", "mother's mother: date of birth"),
    "father.name": pgettext_lazy("column", "father: name"),
    "father.birth_date": pgettext_lazy("column", "father: date of birth"),
    "father.national_id": pgettext_lazy("column", "father: id number"),
    "father.work_place": pgettext_lazy("column", "father: works at"),
    "father.phones": pgettext_lazy("column", "father: phone"),
    "mother.name": pgettext_lazy("column", "mother: name"),
    "mother.birth_date": pgettext_lazy("column", "mother: date of birth"),
    "mother.national_id": pgettext_lazy("column", "mother: id number"),
    "mother.work_place": pgettext_lazy("column", "mother: works at"),
    "mother.phones": pgettext_lazy("column", "mother: phone"),
    "situation": pgettext_lazy("column", "which parent is away"),
    "incapable_parent": pgettext_lazy("column", "parent who cannot care"),
    "has_entrusted_carer": pgettext_lazy("column", "entrusted carer?"),
    "guardian_name": pgettext_lazy("column", "guardian: name"),
    "guardian_relation": pgettext_lazy("column", "guardian: relation to the child"),
    "guardian_national_id": pgettext_lazy("column", "guardian: id number"),
    "guardian_phones": pgettext_lazy("column", "guardian: phone"),
    "guardian_address": pgettext_lazy("column", "guardian: address"),
    "guardianship_type": pgettext_lazy("column", "type of care"),
    "guardianship_assessment": pgettext_lazy("column", "care assessed as"),
    "income_sources": pgettext_lazy("column", "sources of income"),
    "aid_received": pgettext_lazy("column", "aid received"),
    "confirmed_by": pgettext_lazy("column", "confirmed by"),
    "visited_on": pgettext_lazy("column", "household visited on"),
    "remark": pgettext_lazy("column", "remark"),
    "political_status": pgettext_lazy("column", "political affiliation"),
    "id_type": pgettext_lazy("column", "kind of document"),
    "education": pgettext_lazy("column", "education"),
    "occupation": pgettext_lazy("column", "work"),
    "address": pgettext_lazy("column", "address"),
    "phone": pgettext_lazy("column", "phone"),
    "email": pgettext_lazy("column", "e-mail"),
    "emergency_contact_name": pgettext_lazy("column", "emergency contact"),
    "emergency_contact_phone": pgettext_lazy("column", "emergency contact: phone"),
    "skills": pgettext_lazy("column", "skills"),
    "interests": pgettext_lazy("column", "interests"),
    "dialects": pgettext_lazy("column", "languages and dialects"),
    "service_interests": pgettext_lazy("column", "wished service"),
    "availability": pgettext_lazy("column", "free times"),
    "record_inquiry_on": pgettext_lazy("column", "record inquiry on"),
    "record_inquiry_result": pgettext_lazy("column", "record inquiry: result"),
    "pledge_signed_on": pgettext_lazy("column", "code of conduct signed on"),
    "trained_on": pgettext_lazy("column", "trained on"),
    "training_valid_to": pgettext_lazy("column", "training valid to"),
    "status": pgettext_lazy("column", "status"),
    "home_id": pgettext_lazy("column", "code of the home"),
    "township": pgettext_lazy("column", "township"),
    "village_id": pgettext_lazy("column", "code of the village"),
    "latitude": pgettext_lazy("column", "latitude"),
    "longitude": pgettext_lazy("column", "longitude"),
    "library_rooms": pgettext_lazy("column", "library rooms"),
    "family_call_rooms": pgettext_lazy("column", "family-call rooms"),
    "activity_rooms": pgettext_lazy("column", "activity rooms"),
    "counselling_rooms": pgettext_lazy("column", "counselling rooms"),
    "capacity": pgettext_lazy("column", "places for children"),
    "open_term_weekdays": pgettext_lazy("column", "open in term, Monday to Friday"),
    "open_term_weekend": pgettext_lazy("column", "open in term, weekend"),
    "open_holiday": pgettext_lazy("column", "open in the holidays"),
    "closed_days": pgettext_lazy("column", "closed on"),
    "manager": pgettext_lazy("column", "manager"),
}

_ALL: dict[str, Message] = {**FILE_MESSAGES, **NOTICES, **WARNINGS, **REJECTIONS}
_UNKNOWN = Message(_("Please look at this cell."))


def message_for(code: str, *, rejected: bool = False) -> Message:
    """Return the words of a code; some codes warn in one register and reject in another."""
    if rejected and code == "national_id_missing":
        return Message(_("The id number is missing."), _("18 characters"))
    return _ALL.get(code, _UNKNOWN)


def label_of(identifier: str) -> Text:
    """Return the name of a column for people."""
    return COLUMN_LABELS.get(identifier, identifier)
