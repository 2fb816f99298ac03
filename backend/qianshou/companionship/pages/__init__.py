"""Pages of matching and pairings."""
