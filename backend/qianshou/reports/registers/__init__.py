"""Reads the registers of schools and homes (.xlsx, .xls, .csv) into checked, normalised rows.

Pure Python: no Django, no database. The rooms, from the file to the report:

``sniff`` tells the type by content; ``xlsx``, ``xls`` and ``delimited`` read cells; ``workbook`` opens any of them;
``headers`` finds the header and maps columns; ``rows`` tells data rows from the rest; ``kinds`` is the table of
what can be imported, one module per kind (``children``, ``volunteers``, ``centres``); ``reading`` joins them;
``report`` writes the outcome.
"""
