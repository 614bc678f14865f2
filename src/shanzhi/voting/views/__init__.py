"""Pages of voting: parse, one domain call, render."""
