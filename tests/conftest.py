"""What holds for every test."""

from hypothesis import settings

# A deadline would make a test of speed out of a test of truth, on a machine with other work.
settings.register_profile("khotin", deadline=None)
settings.load_profile("khotin")
