"""Zips of a manifest and files beside it, by strangers: sessions and worlds that go elsewhere.

Nothing in one is compressed, so what an entry says of its size cannot be a lie, and reading it
takes no more memory than it has itself. Nothing is run, and names are only looked up.
"""

import io
import zipfile
from collections.abc import Iterable

MASKS = "masks/"
MAX_MASKS = 20_000
MAX_MANIFEST = 64 << 20
"""Bytes."""


class NoArchive(ValueError):
    """It is none of ours, or damaged; its text says which."""


def packed(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip; the same entries give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def unpacked(data: bytes, manifest: str, most: int) -> dict[str, bytes]:
    """The entries of a zip by their names.

    Args:
        manifest: the name of the one that says what it is.
        most: how many entries there may be beside masks.

    Raises:
        NoArchive: it is no such file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            is_stored = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
            num_masks = sum(info.filename.startswith(MASKS) for info in infos)
            is_long = num_masks > MAX_MASKS or len(infos) - num_masks > most
            if not is_stored or is_long or sum(info.file_size for info in infos) > len(data):
                raise NoArchive("it is not as Latentbrush writes them")
            if any(i.filename == manifest and i.file_size > MAX_MANIFEST for i in infos):
                raise NoArchive("it has more edits than can be read")
            return {info.filename: archive.read(info) for info in infos}
    except NoArchive:
        raise
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError):
        raise NoArchive("it is another file, or damaged") from None


def mask_entry(mask_id: str) -> str:
    """The name of a mask's entry."""
    return f"{MASKS}{mask_id}.png"
