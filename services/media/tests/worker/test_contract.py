"""What is relied on of aiortc and pylibsrtp beyond what they promise; both are pinned exactly."""

import socket
import struct
from importlib.metadata import version

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

KEY = bytes(range(28))
RTP = struct.pack("!BBHII", 0x80, 96, 7, 1000, 42) + b"payload"
RTCP = struct.pack("!BBHI", 0x80, 201, 1, 42)


def session(ssrc_type):
    profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    return Session(Policy(key=KEY, ssrc_type=ssrc_type, srtp_profile=profile))


def passed(function, session, packet):
    """What a function of libsrtp returned, and the bytes it worked on in place.

    The session is held meanwhile: its context is freed with it.
    """
    memory, length = ffi.new("unsigned char[]", 2048), ffi.new("int *", len(packet))
    ffi.buffer(memory)[: len(packet)] = packet
    status = function(session._srtp[0], memory, length)
    return status, bytes(ffi.buffer(memory, length[0]))


def test_the_packages_are_the_ones_that_were_looked_at():
    assert (version("aiortc"), version("pylibsrtp")) == ("1.16.0", "1.0.0")


def test_packets_are_protected_and_read_in_place_by_the_session_s_context():
    out = session(Policy.SSRC_ANY_OUTBOUND)
    into = session(Policy.SSRC_ANY_INBOUND)

    status, protected = passed(lib.srtp_protect, out, RTP)
    read = passed(lib.srtp_unprotect, into, protected)
    rtcp_status, rtcp_protected = passed(lib.srtp_protect_rtcp, out, RTCP)
    rtcp_read = passed(lib.srtp_unprotect_rtcp, into, rtcp_protected)

    assert (status, rtcp_status) == (0, 0)
    assert len(protected) == len(RTP) + 16
    assert RTP[12:] not in protected
    assert read == (0, RTP)
    assert rtcp_read == (0, RTCP)


def test_a_changed_or_repeated_packet_is_refused():
    out = session(Policy.SSRC_ANY_OUTBOUND)
    into = session(Policy.SSRC_ANY_INBOUND)
    _, protected = passed(lib.srtp_protect, out, RTP)
    changed = protected[:-1] + bytes([protected[-1] ^ 1])

    assert passed(lib.srtp_unprotect, into, changed)[0] != 0
    assert passed(lib.srtp_unprotect, into, protected)[0] == 0
    assert passed(lib.srtp_unprotect, into, protected)[0] != 0


def test_a_source_can_be_forgotten_by_its_number_in_network_order():
    into = session(Policy.SSRC_ANY_INBOUND)
    _, protected = passed(lib.srtp_protect, session(Policy.SSRC_ANY_OUTBOUND), RTP)
    passed(lib.srtp_unprotect, into, protected)

    forgotten = lib.srtp_remove_stream(into._srtp[0], socket.htonl(42))

    assert forgotten == 0
    assert passed(lib.srtp_unprotect, into, protected) == (0, RTP)


async def test_a_handshake_gives_contexts_for_both_directions(engine, peer, certificate):
    transport = engine.transport(certificate)

    await peer.connect(transport, certificate)

    assert transport._dtls._role == "server"
    status, protected = passed(lib.srtp_protect, transport._dtls._tx_srtp, RTP)
    assert status == 0
    assert peer.dtls._rx_srtp.unprotect(protected) == RTP
    _, protected = passed(lib.srtp_protect, peer.dtls._tx_srtp, RTP)
    assert passed(lib.srtp_unprotect, transport._dtls._rx_srtp, protected) == (0, RTP)
