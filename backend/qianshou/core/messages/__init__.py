"""Catalogues of translations, extracted, checked and compiled in pure Python (design 3.13): no gettext needed."""
