"""What the page has to do with its model: which it is, what its card warns about, and how another is chosen."""
