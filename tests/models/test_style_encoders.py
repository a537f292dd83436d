"""Encoders of pSp and e4e: read from their files, they find the codes that a reference finds."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from models.adopt import adopt, with_encoder
from models.checkpoints import read_checkpoint, read_style_encoder
from models.errors import CheckpointError, OtherEncoder, ShapeError, UnsafeCheckpoint
from models.images import to_img
from models.inversion import invert
from models.model import Card, Encoding, Model, load_model, save_model
from models.style_encoder import StyleEncoder, StyleEncoderConfig
from models.twins import find_twin, twin_steps
from tests.fakes.checkpoints import E4E, PSP, write_psp
from tests.fakes.reference import Weights, random_weights
from tests.fakes.style_reference import codes_of, random_encoder
from tests.models.test_hostile_files import Calls

DIM, NUM = 128, 8  # of a generator of 32 px
OPTIONS = {"e4e": E4E, "psp": PSP}


@pytest.fixture(scope="module")
def generator() -> Weights:
    return random_weights(32, w_dim=DIM, channel_max=32, layers=2)


@pytest.fixture(scope="module")
def encoder() -> Weights:
    return random_encoder(DIM, NUM)


@pytest.fixture(scope="module")
def model(generator: Weights, encoder: Weights, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The generator of an e4e file, with its encoder."""
    path = tmp_path_factory.mktemp("file") / "e4e.pt"
    write_psp(path, generator, encoder, **E4E)
    read = read_checkpoint(path)
    assert read.encoder is not None and not read.left
    bare = adopt(read.generator(), Card("mine", "Mine", "here", "MIT"), torch.device("cpu"))
    return with_encoder(bare, read.encoder)


def photo(rows: int = 256, columns: int = 256) -> Tensor:
    """Something with large shapes, like a photo: [1, 3, rows, columns]."""
    coarse = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return F.interpolate(coarse, size=(rows, columns), mode="bicubic").clamp(-1, 1)


def as_kept(weights: Weights) -> Weights:
    """Weights after half precision."""
    return {n: t.half().float() if t.ndim > 1 else t for n, t in weights.items()}


@pytest.mark.parametrize("kind", OPTIONS)
def test_codes_are_the_references(
    tmp_path: Path, kind: Literal["psp", "e4e"], generator: Weights, encoder: Weights
) -> None:
    write_psp(tmp_path / "x.pt", generator, encoder, **OPTIONS[kind])
    read = read_style_encoder(tmp_path / "x.pt")
    assert read.config == StyleEncoderConfig(kind, NUM, DIM)
    mean = generator["mapping.w_avg"]
    found, expected = read(photo()), codes_of(as_kept(encoder), photo(), kind, mean)
    assert expected.std() > 0.5
    assert (found - expected).abs().max() <= 1e-3
    rounding = found - codes_of(encoder, photo(), kind, mean)
    assert rounding.square().mean().sqrt() <= 1e-3


def test_pictures_are_shrunk_as_pillow_does() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    small = np.asarray(Image.fromarray(pixels).resize((256, 256), Image.Resampling.BILINEAR))
    seen = StyleEncoder(StyleEncoderConfig("e4e", NUM, DIM)).seen(to_img(pixels))
    assert (seen - to_img(small)).abs().max() <= 2 / 255


def test_cars_are_seen_in_the_middle_of_the_square(
    tmp_path: Path, generator: Weights, encoder: Weights
) -> None:
    write_psp(tmp_path / "x.pt", generator, encoder, **E4E | {"dataset_type": "cars_encode"})
    read = read_style_encoder(tmp_path / "x.pt")
    square = photo(512, 512)
    expected = read.seen(square)
    assert tuple(expected.shape[2:]) == (192, 256)
    square[:, :, :64] = square[:, :, 448:] = -1  # bars, as the generator of cars draws them
    assert torch.equal(read.seen(square), expected)
    mean = generator["mapping.w_avg"]
    assert (read(square) - codes_of(as_kept(encoder), expected, "e4e", mean)).abs().max() <= 1e-3


def test_codes_without_a_layer_are_cut(encoder: Weights, tmp_path: Path) -> None:
    generator = random_weights(16, w_dim=DIM, channel_max=32, layers=2)
    write_psp(tmp_path / "x.pt", generator, encoder, **PSP)
    read = read_style_encoder(tmp_path / "x.pt")
    assert torch.equal(read.for_layers(6)(photo()), read(photo())[:, :6])
    with pytest.raises(ShapeError, match="8 style layers, not for 10"):
        read.for_layers(10)


def test_codes_that_start_from_nothing(
    tmp_path: Path, generator: Weights, encoder: Weights
) -> None:
    write_psp(tmp_path / "x.pt", generator, encoder, **PSP, start_from_latent_avg=False)
    assert not read_style_encoder(tmp_path / "x.pt").latent_avg.any()


def test_e4es_code_is_the_twin(model: Model) -> None:
    img = F.interpolate(photo(), 32)
    assert isinstance(model.encoder, StyleEncoder)
    assert model.encoding == Encoding(plain="W+", plain_steps=0) and twin_steps(model) == 0
    twin = find_twin(model, img, twin_steps(model)).latent
    assert {tuple(wmap.shape[2:]) for wmap in twin.layers} == {(1, 1)}
    for code, wmap in zip(model.encoder(img).unbind(1), twin.layers, strict=True):
        alive = model.whitening.to_w(model.whitening.to_v(code[:, :, None, None]))
        assert (wmap - alive).abs().max() <= 1e-4


def test_psps_code_begins_the_search_for_a_twin(
    tmp_path: Path, model: Model, generator: Weights, encoder: Weights
) -> None:
    write_psp(tmp_path / "x.pt", generator, encoder, **PSP)
    other = with_encoder(model, read_style_encoder(tmp_path / "x.pt"))
    assert other.encoding == Encoding() and twin_steps(other) == other.encoding.plain_steps > 0


def test_wide_pictures_are_encoded_by_squares(model: Model) -> None:
    found = invert(model, F.interpolate(photo(256, 512), (32, 64)), steps=0)
    assert tuple(found.img.shape[2:]) == (32, 64)
    assert found.latent.layers[-1].std(dim=3).max() > 0


def test_a_folder_keeps_it_in_half_precision(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path)
    loaded = load_model(tmp_path)
    assert isinstance(model.encoder, StyleEncoder) and isinstance(loaded.encoder, StyleEncoder)
    assert loaded.encoder.config == model.encoder.config and loaded.encoding == model.encoding
    types = {tensor.dtype for tensor in loaded.encoder.state_dict().values() if tensor.ndim == 4}
    assert types == {torch.float16}
    assert torch.equal(loaded.encoder(photo()), model.encoder(photo()))


def test_an_encoder_of_another_generator_is_refused(model: Model) -> None:
    assert isinstance(model.encoder, StyleEncoder)
    state = model.encoder.state_dict()
    other = StyleEncoder(model.encoder.config)
    other.load_state_dict(state | {"latent_avg": state["latent_avg"] + 1})
    with pytest.raises(CheckpointError, match="another generator"):
        with_encoder(model, other)
    with pytest.raises(ShapeError, match="its w has 256 numbers, the model's 128"):
        with_encoder(model, StyleEncoder(replace(other.config, w_dim=256)))


Change = Callable[[dict[str, Any]], object]


def scaled(name: str, factor: float) -> Change:
    return lambda weights: weights.update({name: weights[name] * factor})


DAMAGED: dict[str, tuple[Change, str]] = {
    "missing": (lambda w: w.pop("body.23.res_layer.4.running_var"), r"body\.23\.res_layer\.4"),
    "left over": (lambda w: w.update({"body.24\n": torch.zeros(1)}), r"see its 'body\.24\\n'"),
    "of another shape": (lambda w: w.update({"latlayer1.bias": torch.zeros(3)}), "latlayer1"),
    "no head": (lambda w: w.pop("styles.0.linear.weight"), r"styles\.0\.linear\.weight"),
    "odd width": (
        lambda w: w.update({"styles.0.linear.weight": torch.zeros(7, 7)}),
        r"styles\.0\.linear\.weight",
    ),
    "no numbers": (scaled("styles.3.convs.0.weight", float("nan")), r"styles\.3.*not finite"),
    "too large for half": (scaled("latlayer2.weight", 1e7), "latlayer2.*not finite"),
    "text": (lambda w: w.update({"latlayer1.bias": "text"}), "not tensors"),
    "many heads": (
        lambda w: w.update({f"styles.{i}.linear.weight": torch.zeros(1) for i in range(99)}),
        r"styles\.0\.linear\.weight",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_not_the_whole_of_an_encoder_is_refused(
    tmp_path: Path, name: str, generator: Weights, encoder: Weights
) -> None:
    change, message = DAMAGED[name]
    weights = dict(encoder)
    change(weights)
    write_psp(tmp_path / "x.pt", generator, weights, **E4E)
    for read in (read_style_encoder, read_checkpoint):
        with pytest.raises(CheckpointError, match=message) as caught:
            read(tmp_path / "x.pt")
        assert str(caught.value).startswith("x.pt: ") and "\n" not in str(caught.value)


def channels(num: int) -> Change:
    return lambda weights: weights.update({"input_layer.0.weight": torch.zeros(16, num, 3, 3)})


OTHERS: dict[str, tuple[dict[str, object], Change, str]] = {
    "ReStyle": ({"encoder_type": "ProgressiveBackboneEncoder"}, channels(6), "ReStyle"),
    "label maps": ({}, channels(19), "reads 19 channels"),
    "frontalisation": ({"dataset_type": "ffhq_frontalize"}, channels(3), "turns faces"),
    "super-resolution": ({"dataset_type": "celebs_super_resolution"}, channels(3), "enlarges"),
    "W alone": (
        {"encoder_type": "BackboneEncoderUsingLastLayerIntoW"},
        channels(3),
        "BackboneEncoderUsingLastLayerIntoW",
    ),
    "unsaid": ({"encoder_type": [["x"]]}, channels(3), "its encoder is ''"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_encoder_of_another_kind_is_left_in_the_file(
    tmp_path: Path, name: str, generator: Weights, encoder: Weights
) -> None:
    options, change, message = OTHERS[name]
    weights = dict(encoder)
    change(weights)
    write_psp(tmp_path / "x.pt", generator, weights, **PSP | options)
    with pytest.raises(OtherEncoder, match=message):
        read_style_encoder(tmp_path / "x.pt")
    read = read_checkpoint(tmp_path / "x.pt")
    assert read.encoder is None and message in read.left


def test_files_without_an_encoder(tmp_path: Path) -> None:
    torch.save({"state_dict": {"decoder.x": torch.zeros(1)}, "opts": {}}, tmp_path / "x.pt")
    with pytest.raises(OtherEncoder, match="holds no encoder"):
        read_style_encoder(tmp_path / "x.pt")
    torch.save({"state_dict": {"hypernet.x": torch.zeros(1)}, "opts": {}}, tmp_path / "x.pt")
    with pytest.raises(OtherEncoder, match="HyperStyle"):
        read_style_encoder(tmp_path / "x.pt")


def test_code_in_the_options_is_not_run(
    tmp_path: Path, generator: Weights, encoder: Weights
) -> None:
    marker = tmp_path / "marker"
    write_psp(tmp_path / "x.pt", generator, encoder, lr=Calls(os.system, f"touch {marker}"), **E4E)
    with pytest.raises(UnsafeCheckpoint, match=r"posix\.system"):
        read_style_encoder(tmp_path / "x.pt")
    assert not marker.exists()


def test_a_truncated_file_is_refused(tmp_path: Path, generator: Weights, encoder: Weights) -> None:
    for zipped in (True, False):
        write_psp(tmp_path / "x.pt", generator, encoder, **E4E)
        if not zipped:
            value = torch.load(tmp_path / "x.pt")
            torch.save(value, tmp_path / "x.pt", _use_new_zipfile_serialization=False)
        whole = (tmp_path / "x.pt").read_bytes()
        (tmp_path / "x.pt").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CheckpointError, match=r"^x\.pt: "):
            read_style_encoder(tmp_path / "x.pt")


IMPORTED = """
import resource, sys
from dataclasses import replace
from pathlib import Path
import torch
from models.adopt import adopt, with_encoder
from models.checkpoints import read_checkpoint
from models.model import Card, load_model, save_model
folder = Path(sys.argv[1])
read = read_checkpoint(folder / "full.pt")
card = Card("full", "Full", "here", "MIT")
model = adopt(read.generator(), card, torch.device("cpu"))
save_model(with_encoder(model, read.encoder), folder / "model")
del model, read
encoder, img, codes = load_model(folder / "model").encoder, torch.load(folder / "img.pt"), {}
for kind in ("e4e", "psp"):  # the same network, whose codes are put together otherwise
    encoder.config = replace(encoder.config, kind=kind)
    codes[kind] = encoder(img)
torch.save(codes, folder / "codes.pt")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_of_full_size(tmp_path: Path) -> None:
    """267 million weights, beside a narrow generator of 1024 px: imported and loaded again in a
    process of its own, whose memory is looked at."""
    generator = random_weights(1024, channel_base=4096, channel_max=32, layers=2)
    weights = random_encoder()
    write_psp(tmp_path / "full.pt", generator, weights, **E4E)
    torch.save(photo(), tmp_path / "img.pt")
    arguments = [sys.executable, "-c", IMPORTED, str(tmp_path)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 4_000_000  # kB
    codes, kept = torch.load(tmp_path / "codes.pt"), as_kept(weights)
    for kind, found in codes.items():
        expected = codes_of(kept, photo(), kind, generator["mapping.w_avg"])
        assert expected.std() > 0.5
        assert (found - expected).abs().max() <= 1e-3
    (tmp_path / "full.pt").unlink()  # 1.1 GB that pytest would keep
