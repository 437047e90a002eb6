"""`python -m tests.conformance` runs every case and prints how many ended how."""

import sys
from collections import Counter

from tests.conformance.suite import EVERY, failed, run


def main() -> int:
    results = run(sys.argv[1:] or EVERY)
    for section in sorted({each["case"].split(".")[0] for each in results}, key=int):
        of_it = [each for each in results if each["case"].startswith(f"{section}.")]
        counts = Counter(each["behavior"] for each in of_it)
        print(f"{section:>3}  " + ", ".join(f"{n} {how}" for how, n in sorted(counts.items())))
    total = Counter(each["behavior"] for each in results)
    print(f"{len(results)} cases: " + ", ".join(f"{n} {how}" for how, n in sorted(total.items())))
    for each in failed(results):
        print(f"{each['case']}: {each['result']} Close: {each['closeResult']}.")
    return bool(failed(results))


if __name__ == "__main__":
    sys.exit(main())
