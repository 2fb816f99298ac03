"""Named reads of matching and pairings."""
