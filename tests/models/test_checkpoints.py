"""Foreign checkpoints: every reader gives the picture that an independent StyleGAN2 draws."""

import argparse
import collections
import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints import read_checkpoint
from models.errors import CheckpointError
from tests.fakes import checkpoints as files
from tests.fakes.reference import Weights, mapped, picture, random_weights, seed_z

ONE_LEVEL = 2 / 255  # of a picture in [-1, 1]

WRITERS: dict[str, Callable[[Path, Weights], None]] = {
    "official.pkl": files.write_official,
    "tensorflow.pkl": files.write_tensorflow,
    "rosinality.pt": files.write_rosinality,
    "psp.pt": files.write_psp,
    "weights.safetensors": lambda path, weights: save_file(weights, path),
}


def largest_difference(
    path: Path,
    weights: Weights,
    *,
    clamp: float | None = None,
    classes: int = 0,
    expected: Tensor | None = None,
) -> float:
    """Between what the read generator draws of seed 7 and the reference, if it is not at hand."""
    torch.manual_seed(0)
    generator = read_checkpoint(path).generator()
    assert generator.config.conv_clamp == clamp
    z = seed_z(7, weights["mapping.fc0.weight"].shape[1] // (2 if classes else 1))
    c = torch.eye(classes)[[1]] if classes else None
    if expected is None:
        expected = picture(weights, z, c, clamp)
    assert 0.2 < expected.std() < 20
    drawn = generator(z, c)[0]
    return float((drawn.clamp(-1, 1) - expected.clamp(-1, 1)).abs().max().item())


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(("base", "layers"), [(16384, 2), (32768, 8)])
def test_every_reader_draws_the_reference_at_64_px(
    tmp_path: Path, name: str, base: int, layers: int
) -> None:
    weights = random_weights(64, channel_base=base, layers=layers)
    WRITERS[name](tmp_path / name, weights)
    config = read_checkpoint(tmp_path / name).config
    assert config.mapping_layers == layers
    assert [config.channels(res) for res in (4, 32, 64)] == [512, 512, min(base // 64, 512)]
    assert largest_difference(tmp_path / name, weights) <= ONE_LEVEL


@pytest.mark.parametrize("name", WRITERS)
def test_every_reader_draws_the_reference_at_256_px(tmp_path: Path, name: str) -> None:
    weights = random_weights(256, layers=2)
    WRITERS[name](tmp_path / name, weights)
    assert largest_difference(tmp_path / name, weights) <= ONE_LEVEL


@pytest.fixture(scope="module")
def config_f() -> tuple[Weights, Tensor]:
    """Weights of the largest of the official networks, and what the reference draws with them."""
    weights = random_weights(1024, channel_base=32768, layers=8)
    return weights, picture(weights, seed_z(7, 512), None, None)


@pytest.mark.parametrize("name", WRITERS)
def test_config_f_draws_the_reference_at_1024_px(
    tmp_path: Path, config_f: tuple[Weights, Tensor], name: str
) -> None:
    weights, expected = config_f
    WRITERS[name](tmp_path / name, weights)
    assert largest_difference(tmp_path / name, weights, expected=expected) <= ONE_LEVEL


@pytest.mark.parametrize("write", [files.write_official, files.write_tensorflow])
@pytest.mark.parametrize("clamp", [None, 0.5])
def test_classes_and_clamps(tmp_path: Path, write: Callable[..., None], clamp: float) -> None:
    weights = random_weights(64, w_dim=128, layers=2, c_dim=10)
    write(tmp_path / "x.pkl", weights, clamp=clamp, c_dim=10)
    assert read_checkpoint(tmp_path / "x.pkl").config.c_dim == 10
    assert largest_difference(tmp_path / "x.pkl", weights, clamp=clamp, classes=10) <= ONE_LEVEL


def test_a_training_checkpoint_gets_its_mean_of_w(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    files.write_rosinality_training(tmp_path / "x.pt", weights)
    mean = read_checkpoint(tmp_path / "x.pt").state["mapping.w_avg"]
    z = torch.randn(10_000, 64, generator=torch.Generator().manual_seed(5))
    assert (mean - mapped(weights, z, None).mean(0)).abs().max() < 0.1


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_protocol(tmp_path: Path, protocol: int) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    for write in (files.write_official, files.write_tensorflow):
        write(tmp_path / "x.pkl", weights, protocol=protocol)
        assert largest_difference(tmp_path / "x.pkl", weights) <= ONE_LEVEL


def test_torch_before_1_6(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    files.write_rosinality(tmp_path / "x.pt", weights, zipped=False)
    assert largest_difference(tmp_path / "x.pt", weights) <= ONE_LEVEL


def test_half_precision_weights(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    halves = {name: tensor.half() for name, tensor in weights.items()}
    files.write_rosinality(tmp_path / "x.pt", halves)
    back = {name: tensor.float() for name, tensor in halves.items()}
    assert largest_difference(tmp_path / "x.pt", back) <= ONE_LEVEL


def test_the_source_text_of_a_pickle_is_not_run(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    marker = tmp_path / "written"
    files.write_official(tmp_path / "x.pkl", weights, marker=str(marker))
    assert str(marker).encode() in (tmp_path / "x.pkl").read_bytes()
    read_checkpoint(tmp_path / "x.pkl").generator()
    assert not marker.exists()


def test_a_stylegan1_is_named(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    files.write_tensorflow(tmp_path / "x.pkl", weights, made_by="G_style")
    with pytest.raises(CheckpointError, match=r"x\.pkl: this is a StyleGAN \(1\)"):
        read_checkpoint(tmp_path / "x.pkl")


def other_kind(**changes: object) -> Callable[[Path, Weights], None]:
    """An official pickle whose first block says something unusual of itself or of its layers."""

    def write(path: Path, weights: Weights) -> None:
        def change(root: files.Module) -> None:
            block = root.child("synthesis", "").child("b4", "")
            for module in (block, block.child("conv1", "")):
                module.meta["state"].update(changes)

        files.write_official(path, weights, change=change)

    return write


def stylegan3(path: Path, weights: Weights) -> None:
    files.write_official(
        path, weights, change=lambda root: root.child("synthesis", "").child("input", "")
    )


def grey(path: Path, weights: Weights) -> None:
    colours = {
        name: tensor[:1] if ".torgb." in name and "affine" not in name else tensor
        for name, tensor in weights.items()
    }
    files.write_official(path, colours)


def box_filter(path: Path, weights: Weights) -> None:
    state = files.rosinality_state(weights)
    state["convs.0.conv.blur.kernel"] = torch.ones(4, 4)
    torch.save({"g_ema": state}, path)


def diverged(path: Path, weights: Weights) -> None:
    weights["synthesis.b8.conv0.weight"][0, 0] = float("nan")
    files.write_rosinality(path, weights)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (stylegan3, "StyleGAN3"),
        (other_kind(architecture="resnet"), "architecture 'resnet'"),
        (other_kind(activation="relu"), "activation is 'relu'"),
        (other_kind(use_noise=False), "no noise inputs"),
        (grey, "draws 1 channels"),
        (box_filter, "resampling filter"),
        (diverged, "not finite"),
        (lambda path, w: files.write_tensorflow(path, w, made_by="G_paper"), "progressive GAN"),
        (lambda path, w: files.write_tensorflow(path, w, static={"use_noise": False}), "use_noise"),
    ],
)
def test_variants_that_draw_otherwise_are_refused_by_name(
    tmp_path: Path, write: Callable[[Path, Weights], None], message: str
) -> None:
    write(tmp_path / "x.pkl", random_weights(32, w_dim=64, channel_max=32, layers=2))
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(tmp_path / "x.pkl")


def test_another_rate_of_the_mapping_network_is_folded_in(tmp_path: Path) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    scaled = {
        name: tensor / 5 if name.startswith("mapping.fc") else tensor
        for name, tensor in weights.items()
    }
    files.write_tensorflow(tmp_path / "x.pkl", scaled, static={"mapping_lrmul": 0.05})
    assert largest_difference(tmp_path / "x.pkl", weights) <= ONE_LEVEL


@pytest.mark.parametrize("write", [files.write_rosinality, files.write_rosinality_training])
def test_missing_weights_are_named(tmp_path: Path, write: Callable[[Path, Weights], None]) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    del weights["synthesis.b16.conv0.bias"]
    write(tmp_path / "x.pt", weights)
    with pytest.raises(CheckpointError, match=r"synthesis\.b16\.conv0\.bias is missing"):
        read_checkpoint(tmp_path / "x.pt")


def optimizer(first: int) -> dict[str, Any]:
    """What torch keeps of Adam, by the number or (before 1.6) the address of each parameter."""
    keys = [first + 72 * i for i in range(4)]
    state = {key: {"step": 10, "exp_avg": torch.zeros(2)} for key in keys}
    return {"state": state, "param_groups": [{"lr": 0.002, "betas": (0.0, 0.99), "params": keys}]}


def counts() -> dict[str, dict[str, int]]:
    """A dict that makes its entries."""
    made: dict[str, dict[str, int]] = collections.defaultdict(dict)
    made["a"]["b"] = 1
    return made


BESIDE: dict[str, Any] = {
    "optimizer": optimizer(0),
    "optimizer of before 1.6": optimizer(140_022_334_455_664),
    "keys of any kind": {(1, 2): 3, None: 1, 0.5: 2, -1: 0, 2**80: 1, frozenset("ab"): 1},
    "sets of any kind": {(1, 2), 0.5},
    "where it ran": argparse.Namespace(out=Path("runs/x"), lr=0.1),
    "when": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    "versions": [torch.torch_version.TorchVersion(torch.__version__), torch.Size([1, 2])],
    "types": [torch.float16, torch.device("cuda", 0)],
    "numbers drawn": [np.random.get_state(), random.getstate(), np.float64(3.2)],
    "counts": counts(),
}


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("beside", BESIDE)
def test_only_the_generators_part_of_a_file_matters(
    tmp_path: Path, beside: str, zipped: bool
) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    value = {"g": {}, "g_ema": files.rosinality_state(weights), "x": BESIDE[beside]}
    value["latent_avg"] = weights["mapping.w_avg"]
    torch.save(value, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
    assert largest_difference(tmp_path / "x.pt", weights) <= ONE_LEVEL


@pytest.mark.parametrize("has_mean", [True, False])
def test_noise_that_a_file_does_not_hold_is_the_same_each_time(
    tmp_path: Path, has_mean: bool
) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    state = files.rosinality_state(weights)
    named = {name: t for name, t in state.items() if not name.startswith("noises.")}
    mean = {"latent_avg": weights["mapping.w_avg"]} if has_mean else {}
    torch.save({"g_ema": named} | mean, tmp_path / "x.pt")
    first, again = read_checkpoint(tmp_path / "x.pt"), read_checkpoint(tmp_path / "x.pt")
    noises = [name for name in first.state if name.endswith("noise_const")]
    assert len(noises) == len(state) - len(named)
    assert all(torch.equal(first.state[name], again.state[name]) for name in noises)
    assert all(0.5 < first.state[name].std() < 1.5 for name in noises)
    weights |= {name: first.state[name] for name in noises}
    assert largest_difference(tmp_path / "x.pt", weights) <= ONE_LEVEL


@pytest.mark.parametrize("wrapper", ["", "module.", "_orig_mod."])
@pytest.mark.parametrize("holder", ["g_ema", "params_ema", "generator", "state_dict", "g"])
def test_where_others_keep_the_generator(tmp_path: Path, holder: str, wrapper: str) -> None:
    weights = random_weights(32, w_dim=64, channel_max=32, layers=2)
    state = {wrapper + name: t for name, t in files.rosinality_state(weights).items()}
    torch.save({holder: state, "latent_avg": weights["mapping.w_avg"]}, tmp_path / "x.pt")
    assert largest_difference(tmp_path / "x.pt", weights) <= ONE_LEVEL


def test_another_checkpoint_is_no_generator(tmp_path: Path) -> None:
    torch.save({"model": torch.zeros(3)}, tmp_path / "x.pt")
    with pytest.raises(CheckpointError, match="holds no StyleGAN2 generator"):
        read_checkpoint(tmp_path / "x.pt")
