"""Pages of the volunteers' register."""
