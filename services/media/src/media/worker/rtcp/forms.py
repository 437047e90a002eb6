"""How the parts of RTCP packets lie in bytes, for who reads and who writes them."""

from struct import Struct

HEADER = Struct("!BBH")
"""Count or format below version and padding, packet type, length in words less one."""
SENDER = Struct("!IQIII")
"""SSRC, NTP time, RTP timestamp, packets, octets (RFC 3550 section 6.4.1)."""
BLOCK = Struct("!IB3sIIII")
"""One report block; the packets lost are 24 bits, signed."""
PAIR = Struct("!II")
"""SSRCs of who says it and of whom it is about."""
WORD = Struct("!I")
LOST = Struct("!HH")
"""A sequence number, and a bit for each of the 16 after it (RFC 4585 section 6.2.1)."""

CNAME = 1
"""The item of SDES that is used (RFC 3550 section 6.5.1)."""
