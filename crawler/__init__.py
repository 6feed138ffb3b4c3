"""Everything about the sites outside. Knows no database."""
