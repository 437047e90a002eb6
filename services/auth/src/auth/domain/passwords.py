"""Which passwords are taken: long enough, and not one that everybody tries first."""

import unicodedata
from http import HTTPStatus

from auth.domain import text
from common.problems import Problem

SHORTEST, LONGEST = 8, 128

_TRIED_FIRST = """
00000000 11111111 12121212 123123123 12341234 12344321 1234567890 123456789 12345678
1234qwer 123qwe123 13131313 147258369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222 55555555 66666666
77777777 87654321 88888888 987654321 99999999 a1234567 a12345678 aa123456 aaaaaaaa abc12345
abcd1234 abcdefgh abcdefghi administrator adminadmin alexander alexandra asdasdasd asdf1234
asdfasdf asdfghjk asdfghjkl babygirl baseball basketball benjamin blink182 butterfly caroline
charlie1 charlotte chocolate christian christopher cocacola computer consumer danielle
december diamond1 dolphins dragon123 drowssap einstein elephant elizabeth explorer facebook
fernando firebird football football1 forever1 freedom1 garfield gateway1 george123 hello123
hellohello hercules iloveyou iloveyou1 iloveyou2 internet jennifer jessica1 jonathan jordan23
katherine lawrence letmein1 letmein123 liverpool lovelove marlboro maryjane maverick maxwell1
mercedes metallica michael1 michelle microsoft midnight minecraft monkey123 mountain myspace1
nicholas nothing1 november p@55w0rd p@ssw0rd p@ssword pa$$word pass1234 passw0rd passw0rd1
password password! password1 password1! password12 password123 password1234 patricia pokemon1
president princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerty12 qwerty123
qwerty1234 qwertyui qwertyuiop rockyou1 rush2112 samantha scorpion security september shadow12
sinclair skywalker snickers software spiderman spongebob starwars steelers stephanie sterling
success1 summer2024 summer2025 summer2026 sunflower sunshine sunshine1 superman superman1
superstar swordfish test1234 testtest theodore thunder1 tinkerbell tottenham trustno1 valentine
vanessa1 victoria victory1 wachtwoord warcraft welcome1 welcome123 whatever william1 winter2024
winter2025 winter2026 woaini1314 zaq12wsx zxcvbnm1 zxcvbnm123 convoconnect
"""

_COMMON = frozenset(_TRIED_FIRST.split())


class WeakPassword(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "weak-password"


def normalised(password: str) -> str:
    """The same code points, however a keyboard composed them."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, own: tuple[str, ...]) -> None:
    """Refuse what would be guessed; `own` is what is known of its owner.

    Raises:
        WeakPassword: It is too short, too long, common, or the owner's own name.
    """
    chosen = normalised(password)
    if not SHORTEST <= len(chosen) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} characters.")
    if text.key(chosen) in _COMMON:
        raise WeakPassword("This password is one of the first that are tried; choose another.")
    if text.key(chosen) in {text.key(each) for each in own}:
        raise WeakPassword("A password is not your own email or username.")
