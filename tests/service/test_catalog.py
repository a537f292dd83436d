"""The models on the disk, as clients see them."""

import json
from pathlib import Path

from models.description import FORMAT
from service.catalog import Catalog


def test_models_are_read_from_their_folders(tmp_path: Path) -> None:
    config = {
        "format": FORMAT, "id": "m", "title": "M", "resolution": 64, "grid": [4, 4],
        "spaces": ["W"], "default_space": "W", "attributes": [], "any_size": True,
        "source": "s", "license": "MIT",
        "secret_of_the_worker": 1,
    }  # fmt: skip
    for folder, title in (("a", "first"), ("b", "second")):
        (tmp_path / folder / "m").mkdir(parents=True)
        (tmp_path / folder / "m" / "config.json").write_text(json.dumps({**config, "title": title}))
    for name, text in (("broken", "{"), ("other", "{}"), ("list", "[]")):
        (tmp_path / "a" / name).mkdir()
        (tmp_path / "a" / name / "config.json").write_text(text)
    models = Catalog([tmp_path / "a", tmp_path / "b", tmp_path / "none"]).models()
    assert list(models) == ["m"]
    assert models["m"][0].title == "second"
    assert models["m"][1] == tmp_path / "b" / "m"
