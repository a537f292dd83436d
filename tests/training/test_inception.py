"""The real `pytorch-fid` package with random weights: its own cannot be fetched for a test."""

from pathlib import Path

import pytest
import torch

import tests.torchvision_operators  # noqa: F401
from training.evaluation import inception
from training.evaluation.inception import build, find_inception

CPU = torch.device("cpu")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of random weights where torch's cache has the real ones."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    from pytorch_fid import inception as package

    path = tmp_path / "checkpoints" / inception.WEIGHTS
    path.parent.mkdir()
    torch.manual_seed(0)

    def keep(_url: str, **_options: object) -> dict[str, torch.Tensor]:
        raise StopIteration

    monkeypatch.setattr(package, "load_state_dict_from_url", keep)
    made: list[torch.nn.Module] = []
    build_plain = package._inception_v3

    def remembered(**options: object) -> torch.nn.Module:
        made.append(build_plain(**options))
        return made[-1]

    monkeypatch.setattr(package, "_inception_v3", remembered)
    with pytest.raises(StopIteration):
        package.fid_inception_v3()
    torch.save(made[0].state_dict(), path)
    return path


def test_pictures_become_2048_features(weights: Path) -> None:
    found = build(weights, CPU)
    img = torch.rand(2, 3, 64, 64) * 2 - 1
    features = found.embedding(img)
    assert features.shape == (2, 2048)
    assert torch.isfinite(features).all()
    assert not torch.equal(features[0], features[1])
    torch.testing.assert_close(found.embedding(2 * img), found.embedding((2 * img).clamp(-1, 1)))


def test_it_is_found_where_its_weights_are(weights: Path) -> None:
    assert find_inception(CPU) is not None
    weights.unlink()
    assert find_inception(CPU) is None


def test_a_file_that_holds_more_than_tensors_is_not_opened(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    torch.save({"run": Path("x")}, weights)
    assert find_inception(CPU) is None
    assert "cannot be used" in caplog.text
