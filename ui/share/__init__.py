"""Links that carry a whole completion, and the page's behaviour where it is hosted for others."""
