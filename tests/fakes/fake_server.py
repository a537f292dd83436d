"""`latentbrush serve` with workers that have the fake editor."""

import sys

from backend.settings import Settings
from cli.serve import serve

serve(
    Settings(),
    open_browser=False,
    worker_command=(sys.executable, "-m", "tests.fakes.fake_worker"),
)
