"""The arrows between our packages: who may import whom. Read from source, nothing is imported.

`contracts` are values: they touch no file, no network and no setting."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "contracts": set(),
    "models": set(),
    "service": {"contracts", "models"},
    "training": {"models"},
    "backend": {"contracts", "service"},
    "worker": {"contracts", "service", "models"},
    "latentbrush": {"contracts", "models"},
    "cli": {"contracts", "service", "models", "training", "backend", "worker"},
}
FORBIDDEN_OUTSIDERS: dict[str, set[str]] = {
    "contracts": {"torch", "numpy", "PIL", "fastapi", "starlette", "rq", "redis", "fsspec"}
    | {"filelock", "os", "pathlib", "shutil", "tempfile", "socket", "subprocess", "logging"},
    "service": {"torch", "numpy", "safetensors", "fastapi", "starlette", "rq"},
    "backend": {"torch", "numpy", "safetensors"},
    "models": {"fastapi", "redis", "rq", "pydantic", "fsspec"},
    "training": {"fastapi", "redis", "rq", "pydantic", "fsspec"},
    "worker": {"fastapi", "starlette", "uvicorn"},
}
WITHOUT_TORCH = {"models.description", "models.errors"}
"""What `service` may know of models, since the server loads no torch."""
LIGHT_UNTIL_ASKED = ("worker/main.py", "worker/supervisor.py", "worker/jobs.py", "cli/serve.py")


def imported(path: Path, *, at_top: bool = False) -> set[str]:
    """Names of the packages that a file imports, all of them or only on being imported itself."""
    return {name.split(".")[0] for name in modules_of(path, at_top=at_top)}


def modules_of(path: Path, *, at_top: bool = False) -> set[str]:
    """Names of the modules, likewise."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if at_top else list(ast.walk(tree))
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            names.add(node.module)
    return names


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_between_packages(package: str) -> None:
    for path in files_of(package):
        ours = (imported(path) & set(MAY_IMPORT)) - {package}
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {ours}"


@pytest.mark.parametrize("package", FORBIDDEN_OUTSIDERS)
def test_packages_that_stay_outside(package: str) -> None:
    for path in files_of(package):
        strangers = imported(path) & FORBIDDEN_OUTSIDERS[package]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_what_service_knows_of_models_needs_no_torch() -> None:
    for path in files_of("service"):
        known = {name for name in modules_of(path) if name.split(".")[0] == "models"}
        assert known <= WITHOUT_TORCH, f"{path.relative_to(ROOT)} imports {known}"
    for name in WITHOUT_TORCH:
        path = ROOT / f"{name.replace('.', '/')}.py"
        assert imported(path).isdisjoint({"torch", "numpy", "safetensors"})
        assert {n for n in modules_of(path) if n.startswith("models")} <= WITHOUT_TORCH


@pytest.mark.parametrize("name", LIGHT_UNTIL_ASKED)
def test_torch_is_loaded_late(name: str) -> None:
    """The server answers at once, because what it needs first loads no torch."""
    assert "torch" not in imported(ROOT / name, at_top=True)


def test_every_package_is_known() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks", "scripts"} == set(MAY_IMPORT)


def test_the_words_of_every_file_begin_with_what_it_is() -> None:
    for package in MAY_IMPORT:
        for path in files_of(package):
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
