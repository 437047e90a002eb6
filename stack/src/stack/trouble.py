"""What can go wrong on someone's machine, said so that they can put it right."""


class Trouble(Exception):  # noqa: N818 - read aloud at the terminal, not a programming error
    """One sentence on what is wrong and one on what to do about it."""

    def __init__(self, sentence: str, *, remedy: str) -> None:
        super().__init__(f"{sentence} {remedy}")
        self.sentence = sentence
        self.remedy = remedy
