"""Two processes train one generator."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from models.model import load_model
from training.schedule import Moment
from training.together import Group

SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
import training.phases
from training.gan_options import PRESETS
from training.loop import train_generator
from training.schedule import Minutes, Steps
from training.together import Group

options = replace(
    PRESETS["cpu32"], resolution=16, channel_base=128, w_dim=64, grid=16, batch=2, pool=64
)
folder = Path(sys.argv[1])
minutes = 0.05 + 0.05 * Group.join().rank  # clocks differ
training.phases.STEPS = Steps(20)
ema = train_generator(options, folder / "run", Minutes(minutes), warmup=Minutes(minutes))
flat = torch.cat([p.flatten() for p in ema.state_dict().values()])
torch.save(flat, folder / f"rank{Group.join().rank}.pt")
"""


def torchrun(*arguments: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--master-port", str(port), *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]


def test_two_processes_end_with_one_generator(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    torchrun(str(tmp_path / "script.py"), str(tmp_path))
    first, second = (torch.load(tmp_path / f"rank{k}.pt") for k in range(2))
    torch.testing.assert_close(first, second)
    state = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert state["nimg"] > 0
    assert state["nimg"] % 4 == 0  # two pictures of each process a step


def test_the_command_runs_under_torchrun(tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = [
        "-m",
        "--",
        "cli.main",
        "train",
        "generator",
        "--run",
        str(run),
        "--preset",
        "cpu32",
    ]
    arguments += ["--batch", "2", "--minutes", "0.02", "--device", "cpu", "--name", "mine"]
    torchrun(*arguments)
    assert json.loads((run / "options.json").read_text())["batch"] == 2
    assert load_model(run / "model").card.id == "mine"


def test_a_process_alone_is_a_group_of_one() -> None:
    group = Group.join()
    assert (group.rank, group.size) == (0, 1)
    tensor = torch.tensor([1.0, 2.0])
    group.average([tensor])
    assert tensor.tolist() == [1.0, 2.0]
    moments = [Moment(0, 0.0), Moment(1, 0.5)]
    assert list(group.until_one_ends(moments)) == moments
