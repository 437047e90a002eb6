import pytest
from aioice import stun

from media.worker import stun as lite

PWD = "0123456789abcdef0123456789abcdef"


def request(*, attributes=None, method=stun.Method.BINDING, kind=stun.Class.REQUEST, pwd=PWD):
    message = stun.Message(method, kind, attributes=attributes or {"USERNAME": "abcd:theirs"})
    message.add_message_integrity(pwd.encode())
    return bytes(message)


def without(*names):
    """A request that lacks one of the things it needs."""
    message = stun.Message(
        stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "abcd:theirs"}
    )
    message.add_message_integrity(PWD.encode())
    for name in names:
        del message.attributes[name]
    if "FINGERPRINT" not in names:
        message.add_fingerprint()
    return bytes(message)


def test_a_request_says_whom_it_is_for_and_proves_who_sent_it():
    read = lite.read(request())

    assert lite.ufrag_of(memoryview(request()), len(request())) == "abcd"
    assert read.is_by(PWD)
    assert not read.is_by(PWD[:-1] + "0")
    assert not read.nominates


def test_the_way_a_client_chose_is_told():
    read = lite.read(request(attributes={"USERNAME": "abcd:x", "USE-CANDIDATE": None}))

    assert read.nominates


@pytest.mark.parametrize("role", ["ICE-CONTROLLED", "ICE-CONTROLLING"])
def test_either_role_is_answered(role):
    assert lite.read(request(attributes={"USERNAME": "abcd:x", role: 1})).is_by(PWD)


def test_the_answer_is_signed_and_says_where_the_request_came_from():
    read = lite.read(request())

    answer = stun.parse_message(lite.answer(read, PWD, ("192.0.2.7", 4321)))

    assert answer.message_class == stun.Class.RESPONSE
    assert answer.transaction_id == read.message.transaction_id
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.7", 4321)
    assert answer.check_message_integrity(PWD.encode())
    assert "FINGERPRINT" in answer.attributes


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        bytes(20),
        request()[:-1],
        request() + b"\0",
        request()[:30] + b"X" + request()[31:],
        request(method=stun.Method.ALLOCATE),
        request(kind=stun.Class.INDICATION),
        request(kind=stun.Class.RESPONSE),
        without("USERNAME"),
        without("MESSAGE-INTEGRITY", "FINGERPRINT"),
        without("FINGERPRINT"),
        # PRIORITY of one byte; a user name that is not UTF-8
        b"\x00\x01\x00\x08!\x12\xa4B" + bytes(12) + b"\x00\x24\x00\x01\x01\x00\x00\x00",
        b"\x00\x01\x00\x08!\x12\xa4B" + bytes(12) + b"\x00\x06\x00\x01\xff\x00\x00\x00",
    ],
)
def test_all_else_is_no_request(datagram):
    assert lite.read(datagram) is None


@pytest.mark.parametrize(
    "datagram", [b"", bytes(20), bytes(2000), request()[:22], request()[:20] + b"\xff\xff\xff\xff"]
)
def test_what_names_nobody_is_for_nobody(datagram):
    assert lite.ufrag_of(memoryview(datagram), len(datagram)) == ""


async def test_a_client_is_answered_at_once_even_before_its_description_came(
    engine, peer, certificate
):
    transport = engine.transport(certificate)
    await peer.listen()

    answer = await peer.ask(transport.ufrag, transport.pwd)

    assert answer.attributes["XOR-MAPPED-ADDRESS"] == peer.endpoint.get_extra_info("sockname")
    assert answer.check_message_integrity(transport.pwd.encode())
    assert transport.heard_at > 0
    assert transport.state == "new"


async def test_nobody_else_is_answered(engine, peer, certificate, binding):
    transport = engine.transport(certificate)
    stopped = engine.transport(certificate)
    stopped.close()
    await peer.listen()

    peer.endpoint.sendto(binding(f"{transport.ufrag}:theirs", "wrong" * 6))
    peer.endpoint.sendto(binding("nobody:theirs", transport.pwd))
    peer.endpoint.sendto(binding(f"{stopped.ufrag}:theirs", stopped.pwd))
    await peer.ask(transport.ufrag, transport.pwd)

    assert len(peer.answers) == 1


async def test_a_restart_takes_new_credentials_and_the_old_ones_until_they_are_used(
    engine, peer, certificate
):
    transport = engine.transport(certificate)
    await peer.connect(transport, certificate)
    old = transport.ufrag, transport.pwd

    transport.restart()
    await peer.ask(*old)
    await peer.ask(transport.ufrag, transport.pwd)

    assert transport.ufrag != old[0]
    assert transport.state == "connected"
    assert not engine.knows(old[0])
