"""Programs that are composed of parts: what to keep, what to make of it, what to sum up."""
