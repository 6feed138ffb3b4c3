"""`python -m cli` is `khotin`."""

from cli import main

main()
