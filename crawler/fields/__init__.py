"""What a text on a page means: dates, counts, weather, authors, blocks. Pure functions only."""
