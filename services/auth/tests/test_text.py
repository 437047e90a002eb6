import pytest

from auth.domain import text


@pytest.mark.parametrize(
    "address", ["ada@example.org", "a.b+c@mail.example.co.uk", "zoë@exämple.org", "o'neil@x-y.io"]
)
def test_an_address_is_taken(address):
    assert text.is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "a da@example.org",
        "ada@example..org",
        "ada@@example.org",
        "ada@example.org\n",
        "ada\x00@example.org",
        "<ada@example.org>",
        "ada@example.org,bob@example.org",
        f"ada@{'x' * 60}.{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 20}.org",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_is_no_address_is_refused(address):
    assert not text.is_email(address)


@pytest.mark.parametrize("name", ["ab", "ada", "Ada.Lovelace-1815_x", "0ada", "a" * 32])
def test_a_username_is_taken(name):
    assert text.is_username(name)


@pytest.mark.parametrize(
    "name",
    ["", "a", ".ada", "ada@x", "ada lovelace", "\u0430da", "a" * 33, "ada\n", "$ne", "a\x00b"],
)
def test_what_is_no_username_is_refused(name):
    assert not text.is_username(name)


@pytest.mark.parametrize("name", ["Ada", "Zoë ✨", "李小龙", "👩‍💻 Ada", "عائشة"])
def test_names_of_all_people_are_plain(name):
    assert text.is_plain(name)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\x7fb", "\u202eada", "a\u2028b", "\ud800"])
def test_control_characters_are_not_plain(name):
    assert not text.is_plain(name)


def test_spellings_of_one_name_have_one_key():
    assert text.key("ADA@Example.org") == text.key("ada@example.ORG")
    assert text.key("Zoe\u0308") == text.key("zo\u00eb")
    assert text.key("ada") != text.key("adam")


@pytest.mark.parametrize(
    ("email", "full_name", "suggested"),
    [
        ("a@example.org", "Ada Lovelace", "ada.lovelace"),
        ("a@example.org", "Zoë  O'Neil", "zoe.o.neil"),
        ("bob.b+x@example.org", None, "bob.b.x"),
        ("bob@example.org", "李小龙", "bob"),
        ("x@example.org", "李", "user"),
        ("x@example.org", "Maximiliane Anastasia von und zu Hohenlohe", "maximiliane.anastasia.vo"),
        ("x@example.org", "Anna Bertha Clara Doris Emma", "anna.bertha.clara.doris"),
    ],
)
def test_a_username_is_made_of_name_or_address(email, full_name, suggested):
    assert text.suggested_username(email, full_name) == suggested
    assert text.is_username(suggested)
