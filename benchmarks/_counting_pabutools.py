"""Count election files with pabutools, in an environment of its own: seconds and winners as JSON, one file a line.

Run by benchmarks/counting.py with the Python of that environment. Only the rule is timed, on an election already read,
with the fractions that pabutools uses by default.
"""

import json
import sys
import time

from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import method_of_equal_shares


def main() -> None:
    """Count the files given, each once."""
    for path in sys.argv[1:]:
        instance, profile = parse_pabulib(path)
        start = time.process_time()
        chosen = method_of_equal_shares(instance, profile, sat_class=Cost_Sat)
        seconds = time.process_time() - start
        print(json.dumps({"file": path, "seconds": seconds, "winners": sorted(p.name for p in chosen)}), flush=True)


if __name__ == "__main__":
    main()
