"""What to say to a person whose name, number or date cannot be used (codes of `core.identity`)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULT_TEXTS: dict[str, Promise | str] = {
    "name_missing": _("Write the name."),
    "name_invalid": _("A name is written in Chinese characters, with · between its parts, up to 50."),
    "national_id_missing": _("Write the identity number."),
    "national_id_precision_lost": _(
        "The last digits were lost in a spreadsheet. Copy all 18 characters from the document."
    ),
    "national_id_length": _("An identity number has 18 characters. Count them again."),
    "national_id_checksum": _("The last character does not fit the others: one of them is mistyped."),
    "national_id_birth_date": _("Characters 7 to 14 are the date of birth, and there is no such day."),
    "phone_missing": _("Write the phone number."),
    "phone_invalid": _("A mobile number has 11 digits and begins with 1."),
    "birth_date_missing": _("Write the date of birth."),
    "birth_date_future": _("This day has not come yet."),
    "birth_date_id_conflict": _("The identity number says another date of birth. Check which one is right."),
    "sex_missing": _("Choose one."),
    "sex_id_conflict": _("The identity number says the other sex. Check which one is right."),
    "age_18_or_over": _("This person is 18 or older; a child's file is for those under 18."),
    "age_under_14": _("Volunteers are 14 or older."),
    "ethnicity_unknown": _("This is none of the 56 ethnic groups."),
    "availability_unclear": _(
        "This cannot be read for certain. Write days and times, for example 周一至周五 16:00-18:00."
    ),
    "availability_too_many": _("At most 30 stretches of time."),
    "email_invalid": _("An e-mail address looks like name@example.com."),
    "date_future": _("This day has not come yet."),
    "dates_out_of_order": _("The end lies before the beginning."),
    "too_long": _("This is too long."),
    "not_a_choice": _("Choose one of the list."),
}


def text_of(code: str) -> Promise | str:
    """Return the sentence for a fault code.

    Raises
    ------
    KeyError
        When a code has no sentence: nobody should read a bare code.
    """
    return FAULT_TEXTS[code]
