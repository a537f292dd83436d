"""`latentbrush serve` with workers that have the fake editor."""

import sys
from pathlib import Path

from backend.settings import Settings
from cli.serve import serve

serve(
    Settings(),
    open_browser=False,
    worker_command=(sys.executable, str(Path(__file__).parent / "fake_worker.py")),
)
