"""A real worker process with the fake editor: the supervisor's command in tests."""

import argparse

from tests.fakes.fake_editor import load_editor
from worker.main import run
from worker.settings import WorkerSettings

parser = argparse.ArgumentParser()
parser.add_argument("--queues")
parser.add_argument("--name")
parser.add_argument("--parent-pid", type=int)
options = parser.parse_args()
run(
    WorkerSettings(),
    load_editor,
    queues=options.queues.split(","),
    name=options.name,
    parent_pid=options.parent_pid,
)
