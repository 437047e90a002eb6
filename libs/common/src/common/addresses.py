"""Network addresses as they are counted when somebody does too much."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def counted(address: str) -> str | None:
    """The address, or for IPv6 its network of 64 bits: one person may have all of it.

    Nothing for what is no address.
    """
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
