"""The words Khotin is written in. Knows no other room."""
