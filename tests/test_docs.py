"""Documentation that can be checked: help texts, the README's commands, pictures that exist."""

import re
from pathlib import Path

import pytest

from models.directions.ganspace import FFHQ
from scripts import write_figures
from scripts.make_cli_docs import PATH, commands, text

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_help_texts_are_up_to_date() -> None:
    assert PATH.read_text() == text(), "run: python -m scripts.make_cli_docs"


@pytest.mark.parametrize("page", write_figures.PAGES, ids=lambda page: page.name)
def test_published_figures_are_the_measured_ones(page: Path) -> None:
    text = page.read_text()
    assert all(table() in text for table in write_figures.PAGES[page].values())
    assert write_figures.filled(page) == text, "run: make figures"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_docs_exist(page: Path) -> None:
    words = page.read_text()
    for target in re.findall(r"^\s*make ([a-z]+)", words, re.MULTILINE):
        assert target in MAKE_TARGETS
    top = {command.split()[0] for command in commands() if command}
    for command in re.findall(r"^\s*latentbrush ([a-z]+)", words, re.MULTILINE):
        assert command in top


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_in_the_docs_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
    for file in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|js|md))`", page.read_text()):
        assert (ROOT / file).exists() or (page.parent / file).exists(), file


def test_named_edits_are_listed() -> None:
    words = (ROOT / "docs" / "models.md").read_text()
    for group, edits in FFHQ.edits.items():
        (row,) = re.findall(rf"^\| {group} \| (.*) \|$", words, re.MULTILINE)
        listed = re.sub(r"\\\*", "", row)
        assert all(edit.name in listed for edit in edits), group
        assert len(listed) == len(", ".join(edit.name for edit in edits)), group
