"""Whether the server on this machine can work, as an exit status: for a container's healthcheck.

python -m backend.healthy [PORT]
"""

import json
import sys
import urllib.request

WAIT_S = 5.0


def main() -> int:
    """0 if it can, or will soon; 1 if it does not answer, or is degraded, and why on stderr."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=WAIT_S) as answer:
            health = json.load(answer)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"no answer: {error}\n")
        return 1
    if health["status"] == "degraded":
        sys.stderr.write(f"degraded: {health['reason']}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
