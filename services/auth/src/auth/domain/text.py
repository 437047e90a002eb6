"""What may be written in names, and how two of them are found to be the same."""

import re
import unicodedata

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}")
_REFUSED = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # reverse what follows


def key(name: str) -> str:
    """What two spellings of one name or address have in common."""
    return unicodedata.normalize("NFKC", name).casefold()


def is_email(text: str) -> bool:
    """Whether it looks like an address; only a mail that arrives shows that it is one."""
    return len(text) <= 254 and is_plain(text) and _EMAIL.fullmatch(text) is not None


def is_username(text: str) -> bool:
    """Whether it is 2 to 32 letters, digits, dots, dashes and underscores.

    Never an `@`, so that nobody's username is another one's address; ASCII only, so
    that no two look alike.
    """
    return _USERNAME.fullmatch(text) is not None


def is_plain(text: str) -> bool:
    """Whether it holds neither control characters nor such as turn the writing around."""
    return not any(unicodedata.category(c) in _REFUSED or c in _TURNING for c in text)


def suggested_username(email: str, full_name: str | None) -> str:
    """A username for a person who gave none, from their name or else their address."""
    for source in (full_name or "", email.partition("@")[0]):
        spelled = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode()
        words = re.findall(r"[a-z0-9]+", spelled.lower())
        name = ".".join(words)[:24].rstrip(".")
        if is_username(name):
            return name
    return "user"
