"""Whose addresses are shared by half the web: content delivery networks. Pure.

Behind them an address says nothing about the machine that does the work, so politeness goes by
host there. Ranges as published by Cloudflare (cloudflare.com/ips) and Fastly
(api.fastly.com/public-ip-list), November 2025; a range that is missing only makes us slower.
"""

import ipaddress
from functools import lru_cache

_RANGES = """
173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18
190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13
104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 2400:cb00::/32 2606:4700::/32 2803:f800::/32
2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32
23.235.32.0/20 43.249.72.0/22 103.244.50.0/24 103.245.222.0/23 103.245.224.0/24 104.156.80.0/20
140.248.64.0/18 140.248.128.0/17 146.75.0.0/17 151.101.0.0/16 157.52.64.0/18 167.82.0.0/17
167.82.128.0/20 167.82.160.0/20 167.82.224.0/20 172.111.64.0/18 185.31.16.0/22 199.27.72.0/21
199.232.0.0/16 2a04:4e40::/32 2a04:4e42::/32
"""
_NETWORKS = tuple(ipaddress.ip_network(each) for each in _RANGES.split())


@lru_cache(maxsize=4_096)
def is_shared(address: str) -> bool:
    """Whether that IP address is a delivery network's."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return any(found in network for network in _NETWORKS if network.version == found.version)
