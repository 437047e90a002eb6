import pytest

from chat import domain
from chat.domain import ClientIdReused, Digest, Draft, Message, NotInThisRoom, RoomEnded
from common.admission import Access
from common.testing import NOON

PLACE = Access("tea", "ada", "Ada", "host")


def wants(text: str = "Hello", client_id: str | None = None, *, sender: str = "ada") -> Draft:
    return Draft("tea", sender, sender.title(), text, client_id=client_id)


def stored(draft: Draft, *, seq: int) -> Message:
    return domain.append([draft], [], last=seq - 1, at=NOON).new[0]


def test_messages_are_numbered_in_the_order_in_which_they_came() -> None:
    decided = domain.append([wants("a"), wants("b"), wants("c")], [], last=4, at=NOON)

    assert [(each.seq, each.message) for each in decided.answers] == [(5, "a"), (6, "b"), (7, "c")]
    assert decided.last == 4
    assert list(decided.new) == [0, 1, 2]


def test_ids_of_one_room_sort_as_its_numbers_do() -> None:
    ids = [domain.message_id("tea", seq) for seq in (1, 2, 9, 10, 99, 100, domain.LAST_SEQ)]

    assert ids == sorted(ids)
    assert len({*ids, domain.message_id("te", 1), domain.message_id("tea2", 1)}) == len(ids) + 2


def test_the_same_client_id_gives_the_stored_message_again() -> None:
    earlier = stored(wants("Hello", "c1"), seq=3)

    decided = domain.append([wants("Hello", "c1"), wants("New")], [earlier], last=3, at=NOON)

    assert decided.answers[0] == earlier
    assert {place: each.seq for place, each in decided.new.items()} == {1: 4}


def test_the_same_client_id_twice_in_one_batch_makes_one_message() -> None:
    decided = domain.append([wants("a", "c1"), wants("a", "c1")], [], last=0, at=NOON)

    assert decided.answers[0] is decided.answers[1]
    assert list(decided.new) == [0]


@pytest.mark.parametrize("earlier", [[stored(wants("a", "c1"), seq=1)], []])
def test_another_message_under_a_used_client_id_is_refused_and_takes_no_number(earlier) -> None:
    batch = [wants("a", "c1"), wants("b", "c1"), wants("c")]

    decided = domain.append(batch, earlier, last=len(earlier), at=NOON)

    first, refused, last = decided.answers
    assert isinstance(refused, ClientIdReused)
    assert (first.seq, last.seq) == (1, 2)


def test_two_people_may_use_the_same_client_id() -> None:
    batch = [wants("a", "c1", sender="ada"), wants("b", "c1", sender="bob")]

    decided = domain.append(batch, [stored(wants("a", "c1"), seq=1)], last=1, at=NOON)

    assert [each.seq for each in decided.answers] == [1, 2]


def test_messages_without_a_client_id_are_never_the_same() -> None:
    decided = domain.append([wants("a"), wants("a")], [], last=0, at=NOON)

    assert [each.seq for each in decided.answers] == [1, 2]


def test_a_stored_message_beyond_the_last_number_tells_of_another_writer() -> None:
    theirs = stored(wants("a", "c1"), seq=9)

    decided = domain.append([wants("a", "c1"), wants("b")], [theirs], last=5, at=NOON)

    assert decided.last == 9
    assert [each.seq for each in decided.answers] == [9, 10]


def test_a_draft_is_said_under_the_name_its_sender_has_in_the_room() -> None:
    draft = domain.draft(PLACE, "Hello", "image", client_id="c1", reply_to="tea:0000000001")

    assert draft == Draft("tea", "ada", "Ada", "Hello", "image", "c1", "tea:0000000001")


@pytest.mark.parametrize("reply_to", ["", "tea", "tea:1", "two:0000000001", "tea:000000000x"])
def test_a_reply_answers_a_message_of_the_same_room(reply_to: str) -> None:
    with pytest.raises(NotInThisRoom):
        domain.draft(PLACE, "Hello", "text", client_id=None, reply_to=reply_to)


def test_a_closed_room_takes_nothing_new() -> None:
    domain.still_open(PLACE)
    with pytest.raises(RoomEnded):
        domain.still_open(Access("tea", "ada", "Ada", "host", is_open=False))
    with pytest.raises(RoomEnded):
        domain.said_before(wants("a", "c1"), [stored(wants("a", "c2"), seq=1)])


def test_what_was_said_before_the_room_closed_is_answered_as_it_was() -> None:
    earlier = stored(wants("a", "c1"), seq=1)

    assert domain.said_before(wants("a", "c1"), [earlier]) is earlier
    with pytest.raises(ClientIdReused):
        domain.said_before(wants("b", "c1"), [earlier])


def test_the_fact_tells_the_whole_message() -> None:
    message = stored(wants("Hello", "c1"), seq=3)

    told = domain.posted(message)

    assert {name: getattr(told, name) for name in Message.__slots__} == {
        name: getattr(message, name) for name in Message.__slots__
    }
    assert told.audience() == ("room.tea",)


def said(*texts: str, sender: str = "bob") -> list[Message]:
    drafts = [wants(text, sender=sender) for text in texts]
    return list(domain.append(drafts, [], last=0, at=NOON).new.values())


def test_a_digest_counts_what_others_wrote_and_what_of_it_names_you() -> None:
    missed = said("Good morning", "Ada?", "@ada are you there")

    told = domain.digest(missed, PLACE, newest=7)

    assert told == Digest(
        messages=3, naming_you=2, first=1, first_naming_you=2, newest=7, is_more=False
    )


def test_what_one_wrote_oneself_is_no_news() -> None:
    told = domain.digest(said("Ada was here", sender="ada"), PLACE, newest=1)

    assert (told.messages, told.naming_you, told.first, told.newest) == (0, 0, None, 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ada", "ada"),
        ("Ada", "@ADA!"),
        ("Ada", "(Ada)"),
        ("Ada", "Ask Ada, please"),
        ("Ada Lovelace", "Where is ada  lovelace?"),
        ("Ada Lovelace", "Ada\nLovelace"),
        ("Ada Lovelace", "@Ada Lovelace"),
        ("Ada Lovelace", "@ada, hello"),
        ("José", "jose\u0301!"),
        ("Straße", "STRASSE"),
        ("A.*", "@a.* and more"),
        ("[x", "[x"),
    ],
)
def test_a_text_names_somebody_by_whole_words_in_any_case(name: str, text: str) -> None:
    place = Access("tea", "ada", name, "host")

    assert domain.digest(said(text), place, newest=1).naming_you == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ada", "Canada and Adagio"),
        ("Ada", "@adam"),
        ("Ada Lovelace", "Ada came"),
        ("Ada Lovelace", "Lovelace"),
        ("A.*", "@abc"),
        ("", "@ nobody"),
        ("  ", "@ nobody"),
    ],
)
def test_a_part_of_a_word_or_of_a_name_names_nobody(name: str, text: str) -> None:
    place = Access("tea", "ada", name, "host")

    assert domain.digest(said(text), place, newest=1).naming_you == 0
