"""A model that is made of files is there when all of it is, and only then."""

import threading
from pathlib import Path

import pytest

from contracts.errors import InvalidRequest
from worker.adoption import staged


def test_two_who_add_the_same_model_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "models" / "faces"
    with staged(target) as stage:
        (stage / "config.json").write_text("{}")
        refused: list[str] = []

        def other() -> None:
            try:
                with staged(target):
                    raise AssertionError("both at once")
            except InvalidRequest as error:
                refused.append(error.message)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert refused == ["the model faces is being added elsewhere"]
        assert not target.exists()
        (stage / "generator.safetensors").write_bytes(b"x")
    assert {path.name for path in target.iterdir()} == {"config.json", "generator.safetensors"}
    with pytest.raises(InvalidRequest, match="already"), staged(target):
        raise AssertionError("it is there")


def test_what_a_killed_one_left_is_not_taken_over(tmp_path: Path) -> None:
    target = tmp_path / "faces"
    (tmp_path / ".faces.adding").mkdir()
    (tmp_path / ".faces.adding" / "half").write_text("")
    with staged(target) as stage:
        (stage / "whole").write_text("")
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_nothing_is_there_of_one_that_failed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staged(tmp_path / "faces") as stage:
        (stage / "half").write_text("")
        raise RuntimeError
    assert not (tmp_path / "faces").exists() and not (tmp_path / ".faces.adding").exists()
