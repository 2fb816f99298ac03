"""Pages of the children's register."""
