import pytest

from house_rules import complaints


@pytest.mark.parametrize(
    ("name", "text", "about"),
    [
        ("rooms/domain.py", "x = 1\n" * 301, "301 lines"),
        ("rooms/utils.py", "", "says nothing"),
        ("web/src/base.tsx", "", "says nothing"),
        ("rooms/app.py", "try:\n    x()\nexcept Exception:\n    pass\n", "catch what you expect"),
        ("rooms/app.py", "try:\n    x()\nexcept:\n    pass\n", "catch what you expect"),
        ("rooms/app.py", "# TODO later\n", "issue number"),
    ],
)
def test_what_breaks_a_house_rule_is_found(name: str, text: str, about: str) -> None:
    [found] = complaints(name, text)

    assert about in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rooms/domain.py", "x = 1\n" * 300),
        ("libs/common/src/common/bus.py", "except Exception as error:\n"),
        ("rooms/app.py", "# TODO(#12) later\n"),
        ("rooms/app.py", "except ValueError:\n"),
    ],
)
def test_what_keeps_the_house_rules_passes(name: str, text: str) -> None:
    assert complaints(name, text) == []
