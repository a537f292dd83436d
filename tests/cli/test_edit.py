"""`latentbrush edit` with sessions, and over folders."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from contracts.errors import InvalidImage, InvalidRequest, StaleLatent
from contracts.masks import mask_id_of
from contracts.session_file import Manifest, SessionFile, pack, unpack
from service.catalog import read_info
from tests.fakes import people
from tests.fakes.commands import photo, pixels_of, run


def test_a_session_file_replays(tiny: Path, tmp_path: Path) -> None:
    latent = tmp_path / "face.safetensors"
    run("encode", photo(tmp_path / "p.png"), "-o", latent, "--model", tiny, "--steps", 0)
    session = {"edits": [{"type": "attribute", "attribute": "hat", "strength": 2.0}]}
    (tmp_path / "session.json").write_text(json.dumps(session))
    for name in ("a.png", "b.png"):
        run(
            "edit",
            latent,
            "-o",
            tmp_path / name,
            "--model",
            tiny,
            "--recipe",
            tmp_path / "session.json",
        )
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.fixture
def session_file(tiny: Path, tmp_path: Path) -> Path:
    """A session on a part of a picture: a move, and cells of another picture."""
    entries: dict[str, bytes] = {}
    for name, seed in (("own", 1), ("donor", 2)):
        latent = tmp_path / f"{name}.safetensors"
        picture = photo(tmp_path / f"{name}.png", seed)
        run("encode", picture, "-o", latent, "--model", tiny, "--steps", 0)
        entries |= {f"{name}.png": picture.read_bytes(), f"{name}.st": latent.read_bytes()}
    packed = [
        {
            "latent_id": name,
            "model": str(tiny),
            "model_version": read_info(tiny).version,
            "space": "S+",
            "crop": [10, 0, 40, 40],
            "metrics": {"psnr_db": 20, "perceptual": 0.1, "perceptual_metric": "none"},
            "picture": f"{name}.png",
            "reconstruction": f"{name}.png",
            "tensor": f"{name}.st",
        }
        for name in ("own", "donor")
    ]
    edits = [
        {"type": "attribute", "attribute": "hat", "strength": 2.0},
        {"type": "transplant", "donor": "donor", "mask": {"kind": "grid", "rows": [[1], [0]]}},
        {
            "type": "transplant",
            "donor": "own",
            "offset": [1, 0],
            "mask": {"kind": "grid", "rows": [[0], [1]]},
        },
    ]
    manifest = {"name": "Zoë", "latent_id": "own", "edits": edits, "latents": packed}
    path = tmp_path / "zoe.latentbrush"
    path.write_bytes(pack(SessionFile(manifest=Manifest.model_validate(manifest), entries=entries)))
    return path


def test_a_session_file_is_all_that_a_replay_needs(
    tiny: Path, session_file: Path, tmp_path: Path
) -> None:
    run("edit", session_file, "-o", tmp_path / "a.png", "--model", tiny)
    by_hand = tmp_path / "b.png"
    latent = tmp_path / "own.safetensors"
    run("edit", latent, "-o", by_hand, "--model", tiny, "--recipe", session_file)
    assert (pixels_of(tmp_path / "a.png") == pixels_of(by_hand)).all()
    assert (pixels_of(by_hand) != pixels_of(tmp_path / "own.original.png")).any()


def test_a_session_file_brings_its_masks(tiny: Path, session_file: Path, tmp_path: Path) -> None:
    """Of a file, alone and over a folder, a stored mask paints what the same mask paints that is
    sent whole; the JSON of a session says where its masks are."""
    file = io.BytesIO()
    Image.fromarray(np.array([[255, 0]], np.uint8)).save(file, "PNG")
    mask_id = mask_id_of(file.getvalue())
    whole = {"kind": "png", "data": base64.b64encode(file.getvalue()).decode()}
    session = unpack(session_file.read_bytes())
    (tmp_path / "in").mkdir()
    photo(tmp_path / "in" / "a.png", 3)
    made = []
    for mask in (whole, {"kind": "stored", "mask_id": mask_id}):
        edit = {"type": "attribute", "attribute": "hat", "strength": 3.0, "mask": mask}
        manifest = session.manifest.model_dump(mode="json") | {"edits": [edit]}
        entries = session.entries | {f"masks/{mask_id}.png": file.getvalue()}
        painted = SessionFile(manifest=Manifest.model_validate(manifest), entries=entries)
        path = tmp_path / f"{mask['kind']}.latentbrush"
        path.write_bytes(pack(painted))
        run("edit", path, "-o", tmp_path / "out.png", "--model", tiny)
        over = tmp_path / mask["kind"]
        folder = ("--model", tiny, "--steps", 0, "--recipe", path)
        run("edit", tmp_path / "in", "-o", over, *folder)
        made.append([(tmp_path / "out.png").read_bytes(), (over / "a.png").read_bytes()])
    assert made[0] == made[1]
    (tmp_path / "session.json").write_text(json.dumps({"edits": [edit]}))
    with pytest.raises(InvalidRequest, match="session file"):
        recipe = ("--recipe", tmp_path / "session.json")
        run(
            "edit", tmp_path / "own.safetensors", "-o", tmp_path / "x.png", "--model", tiny, *recipe
        )


def test_a_recipe_runs_over_a_folder(tiny: Path, session_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    photo(folder / "one.png", 1)
    photo(folder / "two.jpg", 5)
    (folder / "broken.png").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("left alone")
    asked = ("--model", tiny, "--recipe", session_file, "--steps", 0)
    said = run("edit", folder, "-o", tmp_path / "out", *asked)
    assert "2 of 3 pictures" in said and "broken.png is left out" in said
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["one.png", "two.png"]
    run("edit", session_file, "-o", tmp_path / "replayed.png", "--model", tiny)
    assert (pixels_of(tmp_path / "out" / "one.png") == pixels_of(tmp_path / "replayed.png")).all()


def test_a_session_of_several_faces_replays_in_its_picture(
    tiny: Path, session_file: Path, tmp_path: Path
) -> None:
    file = unpack(session_file.read_bytes())
    own, *others = (each.model_dump() for each in file.manifest.latents)
    quad = [[2.0, 2.0], [2.0, 22.0], [22.0, 22.0], [22.0, 2.0]]
    second = own | {"latent_id": "second", "quad": quad, "crop": [2, 2, 20, 20]}
    hat = {"type": "attribute", "attribute": "hat", "strength": 2.0}
    parts = [{"latent_id": "second", "edits": [hat]}]
    fields = file.manifest.model_dump() | {"latents": [own, *others, second], "others": parts}
    two = tmp_path / "two.latentbrush"
    manifest = Manifest.model_validate(fields)
    two.write_bytes(pack(SessionFile(manifest=manifest, entries=file.entries)))
    pictures = {}
    for name, session, extra in (
        ("two", two, ()),
        ("two again", two, ("--frame", "full")),
        ("one", session_file, ("--frame", "full")),
        ("crop", two, ("--frame", "crop")),
        ("one crop", session_file, ()),
    ):
        run("edit", session, "-o", tmp_path / f"{name}.png", "--model", tiny, *extra)
        pictures[name] = pixels_of(tmp_path / f"{name}.png")
    assert (pictures["two"] == pictures["two again"]).all()
    assert pictures["crop"].shape == pictures["one crop"].shape != pictures["two"].shape
    around = (pictures["crop"] != pictures["one crop"]).any(axis=2)
    assert around.any(), "what is painted on the other part reaches into this one"
    assert not around[22:].any() and not around[:, 12:].any()
    beyond = (pictures["two"] != pictures["one"]).any(axis=2)
    assert beyond.any()
    y, x = beyond.nonzero()
    assert max(x.max(), y.max()) <= 22 and min(x.min(), y.min()) >= 2
    with pytest.raises(InvalidRequest, match="--frame"):
        run("edit", tmp_path / "own.safetensors", "-o", "x.png", "--frame", "full")


def test_what_was_painted_on_a_face_is_painted_on_every_face(
    tiny: Path, session_file: Path, tmp_path: Path
) -> None:
    """In the whole picture, turned as the face is; one without a face is left out."""
    file = unpack(session_file.read_bytes())
    quad = [[10.0, 0.0], [10.0, 40.0], [50.0, 40.0], [50.0, 0.0]]
    packed = file.manifest.latents[0].model_dump() | {"quad": quad}
    latents = [packed, *(each.model_dump() for each in file.manifest.latents[1:])]
    hat = {"type": "attribute", "attribute": "hat", "strength": 2.0}
    fields = file.manifest.model_dump() | {"latents": latents, "edits": [hat]}
    recipe = tmp_path / "face.latentbrush"
    manifest = Manifest.model_validate(fields)
    recipe.write_bytes(pack(SessionFile(manifest=manifest, entries=file.entries)))
    folder, out = tmp_path / "people", tmp_path / "out"
    folder.mkdir()
    person = people.person()
    wide = np.full((256, 420, 3), 90, np.uint8)
    wide[:, 60:316] = person
    Image.fromarray(wide).save(folder / "one.png")
    Image.new("RGB", (80, 60)).save(folder / "grey.png")
    said = run("edit", folder, "-o", out, "--recipe", recipe, "--model", tiny, "--steps", 0)
    assert "grey.png is left out: no face is in it" in said
    assert "1 of 2 pictures" in said
    edited = pixels_of(out / "one.png")
    assert edited.shape == wide.shape, "the whole picture"
    assert np.array_equal(edited[:, 360:], wide[:, 360:])
    assert (edited[100:160, 150:220] != wide[100:160, 150:220]).any()


def test_what_copies_from_itself_copies_from_each_picture(
    tiny: Path, session_file: Path, tmp_path: Path
) -> None:
    both, alone = tmp_path / "both", tmp_path / "alone"
    for folder in (both, alone):
        folder.mkdir()
        photo(folder / "two.png", 5)
    photo(both / "one.png", 1)
    for folder in (both, alone):
        out = tmp_path / f"out-{folder.name}"
        asked = ("--model", tiny, "--recipe", session_file, "--steps", 0)
        run("edit", folder, "-o", out, *asked)
    one, two = (pixels_of(tmp_path / f"out-{name}" / "two.png") for name in ("both", "alone"))
    assert (one == two).all()


def test_no_picture_is_replaced(tiny: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "pictures", tmp_path / "out"
    folder.mkdir()
    before = photo(folder / "a.png", 1).read_bytes()
    photo(folder / "a.jpg", 2)
    asked = ("--model", tiny, "--attribute", "hat=1", "--steps", 0)
    with pytest.raises(InvalidRequest, match="another folder"):
        run("edit", folder, "-o", folder, *asked)
    assert (folder / "a.png").read_bytes() == before
    run("edit", folder, "-o", out, *asked)
    assert sorted(p.name for p in out.iterdir()) == ["a.jpg.png", "a.png.png"]


def test_a_session_of_another_model_is_not_replayed(
    land: Path, session_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(StaleLatent):
        run("edit", session_file, "-o", tmp_path / "a.png", "--model", land)


def test_options_that_do_not_go_together(tiny: Path, session_file: Path, tmp_path: Path) -> None:
    latent, out = tmp_path / "own.safetensors", tmp_path / "a.png"
    for asked in (
        (session_file, "--attribute", "hat=1"),
        (latent, "--recipe", session_file, "--attribute", "hat=1"),
        (latent, "--attribute", "hat=1", "--steps", 3),
    ):
        with pytest.raises(InvalidRequest):
            run("edit", *asked, "-o", out, "--model", tiny)


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "has no pictures"), (("broken.png",), "no picture of")],
)
def test_a_folder_without_pictures(
    tiny: Path, tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"not a picture")
    asked = ("edit", folder, "-o", tmp_path / "out", "--model", tiny, "--attribute", "hat=1")
    with pytest.raises((InvalidRequest, InvalidImage), match=said):
        run(*asked)
