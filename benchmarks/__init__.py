"""Measurements beside a peer in the same run. Nothing here is imported by the product."""
