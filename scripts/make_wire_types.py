"""Write `frontend/js/wire.d.ts`: the types of what crosses the wire, as OpenAPI describes it.

python -m scripts.make_wire_types
"""

import json
import subprocess
import tempfile
from pathlib import Path

from backend.app import create_app
from backend.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TYPES = ROOT / "frontend" / "js" / "wire.d.ts"
GENERATOR = ROOT / "node_modules" / ".bin" / "openapi-typescript"


def main() -> None:
    """Write the file anew."""
    TYPES.write_text(wire_types(), encoding="utf-8")


def wire_types() -> str:
    """The file's contents. Nothing is started: the description is the routes' own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), redis_url="redis://127.0.0.1:1")
        description = Path(folder) / "openapi.json"
        whole = create_app(settings).openapi()
        values = {part: whole[part] for part in ("openapi", "info", "components")}
        description.write_text(json.dumps(values))
        made = subprocess.run([GENERATOR, description], capture_output=True, text=True, check=True)
    return made.stdout


if __name__ == "__main__":
    main()
