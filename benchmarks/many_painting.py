"""What do people get who paint at the same time, on one server with one worker for brushes?

    latentbrush serve --no-browser &
    python -m benchmarks.many_painting [--url http://127.0.0.1:8000] [--people 16] [--json OUT.json]

Each has a socket and a generated picture, and asks for the next frame of a stroke as soon as the
last one is there. The same people first paint one after the other, each alone, in the same run and
in turns with all at once. Told are frames a second both ways, and the least and most that anyone
got at once, as shares of what would be fair.
"""

import argparse
import json
import statistics
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection

from benchmarks.live_share import Body, body_of, connected, png_of

Person = tuple[ClientConnection, Body]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--model", default="portraits")
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0, help="each way, of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with ExitStack() as stack:
        people: list[Person] = [
            (
                stack.enter_context(connected(asked.url)),
                body_of(asked.url, asked.model, [png_of(k)], seed=k),
            )
            for k in range(asked.people)
        ]
        for person in people:
            frames_of(person, until_s=time.monotonic())  # the picture is loaded
        rounds = [
            (alone(people, asked.seconds), together(people, asked.seconds))
            for _ in range(asked.rounds)
        ]
    figures = told(rounds, asked.seconds)
    text = json.dumps(figures, indent=1)
    if asked.json:
        asked.json.write_text(text + "\n")
    print(text)  # noqa: T201


def told(rounds: list[tuple[list[int], list[int]]], seconds: float) -> dict[str, Any]:
    """What is said of frames alone and together."""
    one_by_one = statistics.median(sum(before) / seconds for before, _ in rounds)
    at_once = statistics.median(sum(after) / seconds for _, after in rounds)
    each = [sum(frames) for frames in zip(*(after for _, after in rounds), strict=True)]
    fair = statistics.mean(each)
    return {
        "people": len(each),
        "frames_per_s_one_after_the_other": round(one_by_one, 1),
        "frames_per_s_at_once": round(at_once, 1),
        "ratio": round(at_once / one_by_one, 2),
        "least_share": round(min(each) / fair, 2),
        "most_share": round(max(each) / fair, 2),
    }


def alone(people: list[Person], seconds: float) -> list[int]:
    """Frames of each, one after the other, in equal parts of the time."""
    share_s = seconds / len(people)
    return [frames_of(person, time.monotonic() + share_s) for person in people]


def together(people: list[Person], seconds: float) -> list[int]:
    """Frames of each, all at once."""
    found = [0] * len(people)
    until_s = time.monotonic() + seconds

    def paint(k: int) -> None:
        found[k] = frames_of(people[k], until_s)

    threads = [threading.Thread(target=paint, args=(k,)) for k in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def frames_of(person: Person, until_s: float) -> int:
    """Frames that came in time; at least one is asked for."""
    live, body = person
    count = 0
    while True:
        body["edits"][-1]["strength"] += 0.001  # no frame twice
        live.send(json.dumps({"seq": count, "edit": body}))
        frame = live.recv(120)
        assert isinstance(frame, bytes), frame
        if time.monotonic() >= until_s:
            return count
        count += 1


if __name__ == "__main__":
    main()
