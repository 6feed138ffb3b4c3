"""What a person sees in a terminal. Knows the archive's answers; knows no site and no network."""
