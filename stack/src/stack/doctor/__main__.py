"""`python -m stack.doctor [ADDRESS]`: whether calls get through, to our platform or another."""

import argparse
import asyncio
import sys

from stack import configuration, plan, terminal
from stack.doctor.examination import Examination, ours
from stack.trouble import Trouble


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="stack.doctor", description="Places a call over every way that calls take."
    )
    parser.add_argument(
        "address", nargs="?", help="what people open; the platform of this machine when left out"
    )
    asked = parser.parse_args()
    try:
        settings = configuration.read()
        url = asked.address or plan.public_url(settings)
        our = None if asked.address else ours(settings)
        if asyncio.run(Examination(url, settings, our).run()):
            terminal.say("\nAll that calls need is open.")
            return 0
    except Trouble as trouble:
        terminal.complain(trouble)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
