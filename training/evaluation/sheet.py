"""The contact sheet: every attribute painted on and off, for people to look at.

A figure can be right about edits that look wrong; this is what the figures are held against.
"""

from collections.abc import Sequence

import torch
from PIL import Image, ImageDraw
from torch import Tensor
from tqdm import tqdm

from models.images import resize_img, to_pixels
from models.model import Model
from training.evaluation.people import Person, box_of

STRENGTHS = (-2.0, 0.0, 2.0)
LABEL_PX = 18
MARGIN_PX = 110


def contact_sheet(
    model: Model, people: Sequence[Person], only: Sequence[str] = (), cell_px: int = 128
) -> Image.Image:
    """A row for every attribute that portraits offer; for everybody −2 σ, as they are, and +2 σ,
    painted as boxes.

    Args:
        only: ids of attributes to show, in their order; all if empty.
    """
    known = {a.id: a for a in model.attributes.attributes if a.offered}
    shown = [known[name] for name in only] if only else list(known.values())
    cells: dict[str, list[Tensor]] = {}
    for attribute in tqdm(shown, desc="Drawing the contact sheet"):
        cells[attribute.title] = [
            person.painted(attribute.id, strength, box_of(person.factors, attribute.id))
            if strength
            else person.img
            for person in people
            for strength in STRENGTHS
        ]
    header = [("as it is" if s == 0 else f"{s:+.0f} sd") for _ in people for s in STRENGTHS]
    return table(header, cells, cell_px)


def table(header: Sequence[str], rows: dict[str, list[Tensor]], cell_px: int) -> Image.Image:
    """Pictures [1, 3, H, W] in rows with titles, below a header."""
    width, height = MARGIN_PX + cell_px * len(header), LABEL_PX + cell_px * len(rows)
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    for k, text in enumerate(header):
        pen.text((MARGIN_PX + k * cell_px + 6, 3), text, fill="black")
    for i, (title, cells) in enumerate(rows.items()):
        top = LABEL_PX + i * cell_px
        pen.text((6, top + cell_px // 2 - 6), title, fill="black")
        for k, cell in enumerate(cells):
            shown = resize_img(torch.as_tensor(cell).cpu(), (cell_px, cell_px)).clamp(-1, 1)
            sheet.paste(Image.fromarray(to_pixels(shown)), (MARGIN_PX + k * cell_px, top))
    return sheet
