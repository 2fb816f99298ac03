"""Pages that belong to no app, and the bases that every page is built on."""
