"""Documentation that can be checked: help texts, the README's commands, pictures that exist, and
decisions that are found by their numbers."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from models.directions.ganspace import FFHQ
from scripts import write_figures
from scripts.make_cli_docs import PATH, commands, text

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CARDS = sorted((ROOT / "models" / "pretrained").glob("*/MODEL_CARD.md"))
CODE = [
    path
    for folder in (
        *("backend", "benchmarks", "cli", "contracts", "frontend", "latentbrush", "models"),
        *("scripts", "service", "tests", "training", "worker"),
    )
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".js", ".css", ".html"}
]
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PARTS = ["Context", "Choice", "Measured", "Rejected"]


class Decision(NamedTuple):
    """A record of docs/decisions/."""

    page: Path
    number: int
    title: str
    status: str
    parts: list[str]

    @property
    def place(self) -> str:
        """Where it is, seen from its folder."""
        return f"{self.page.name}#{anchor(f'{self.number}. {self.title}')}"


def decisions() -> list[Decision]:
    """The records, by number."""
    found = []
    for page in DECISIONS.glob("*.md"):
        for record in re.split(r"^## (?=\d)", page.read_text(), flags=re.MULTILINE)[1:]:
            record = re.split(r"^## ", record, flags=re.MULTILINE)[0]
            head = re.match(r"(\d+)\. (.+)\n\n\*Status: (.+)\.\*\n\n", record)
            assert head, record[:100]
            parts = re.findall(r"^\*\*([A-Z][a-z]+)\.\*\*(?=\s)", record, re.MULTILINE)
            found.append(Decision(page, int(head[1]), head[2], head[3], parts))
    return sorted(found, key=lambda decision: decision.number)


def anchor(heading: str) -> str:
    """What a heading is linked to by, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def name_of(page: Path) -> str:
    """A page by its place."""
    return str(page.relative_to(ROOT))


def test_help_texts_are_up_to_date() -> None:
    assert PATH.read_text() == text(), "run: python -m scripts.make_cli_docs"


@pytest.mark.parametrize("page", write_figures.PAGES, ids=lambda page: page.name)
def test_published_figures_are_the_measured_ones(page: Path) -> None:
    text = page.read_text()
    assert all(table() in text for table in write_figures.PAGES[page].values())
    assert write_figures.filled(page) == text, "run: make figures"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_the_docs_exist(page: Path) -> None:
    words = page.read_text()
    for target in re.findall(r"^\s*make ([a-z]+)", words, re.MULTILINE):
        assert target in MAKE_TARGETS
    top = {command.split()[0] for command in commands() if command}
    for command in re.findall(r"^\s*latentbrush ([a-z]+)", words, re.MULTILINE):
        assert command in top


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_in_the_docs_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
    for file in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|js|md))`", page.read_text()):
        assert (ROOT / file).exists() or (page.parent / file).exists(), file


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=name_of)
def test_headings_that_are_linked_to_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^):#]*)#([^)]+)\)", page.read_text())
    for target, place in links:
        words = (page.parent / target if target else page).read_text()
        headings = re.findall(r"^#+ (.+)$", words, re.MULTILINE)
        assert place in map(anchor, headings), f"{target}#{place}"


def test_decisions_are_numbered_one_after_the_other() -> None:
    numbers = [decision.number for decision in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("decision", decisions(), ids=lambda decision: str(decision.number))
def test_decisions_have_their_parts(decision: Decision) -> None:
    if decision.status == "accepted":
        assert decision.parts == PARTS
    else:  # only what is still of use is left
        (by,) = re.findall(r"^superseded by \[(\d+)\]\(", decision.status)
        assert int(by) != decision.number
        assert {"Choice"} <= set(decision.parts) <= set(PARTS)
    assert decision.place in (DECISIONS / "README.md").read_text()


def test_the_index_of_decisions_lists_them_as_they_are() -> None:
    rows = re.findall(
        r"^\| (\d+) \| \[(.+)\]\((.+)\) \| (.+?) \| .+ \|$",
        (DECISIONS / "README.md").read_text(),
        re.MULTILINE,
    )
    assert rows == [
        (str(d.number), d.title, d.place, re.sub(r"[][]|\(.*\)", "", d.status)) for d in decisions()
    ]


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=name_of)
def test_links_to_decisions_have_their_numbers(page: Path) -> None:
    links = re.findall(r"\[(?:decision )?(\d+)\]\([^)]*#(\d+)-", page.read_text())
    assert all(shown == number for shown, number in links)


def test_decisions_that_are_referred_to_exist() -> None:
    accepted = {d.number for d in decisions() if d.status == "accepted"}
    referred = 0
    for path in [*CODE, *PAGES, *CARDS, ROOT / "CHANGELOG.md"]:
        words = re.sub(r"\s+(# |\* )?", " ", path.read_text())
        assert "decisions.md" not in words.replace('"decisions.md"', ""), path
        for numbers in re.findall(r"\b[Dd]ecisions? (\d+(?:(?:, | and |, and )\d+)*)", words):
            referred += 1
            assert {int(n) for n in re.findall(r"\d+", numbers)} <= accepted, path
    assert referred > 40


def test_named_edits_are_listed() -> None:
    words = (ROOT / "docs" / "models.md").read_text()
    for group, edits in FFHQ.edits.items():
        (row,) = re.findall(rf"^\| {group} \| (.*) \|$", words, re.MULTILINE)
        listed = re.sub(r"\\\*", "", row)
        assert all(edit.name in listed for edit in edits), group
        assert len(listed) == len(", ".join(edit.name for edit in edits)), group
