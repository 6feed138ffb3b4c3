"""Everything that lasts. No sites, no sockets."""
