"""Documents set in type by typst."""
