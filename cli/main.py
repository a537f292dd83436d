"""`latentbrush`: everything the page does, and training, from the shell. Start here.

Commands import what they need when they run, so that `--help` and `serve` do not wait for torch.
"""

import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from cli import data, evaluate, library, serving, train
from cli.convert import convert
from cli.doctor import doctor
from cli.edit import edit
from cli.encode import encode
from cli.faces import faces
from cli.generate import generate
from contracts.errors import EditorError, StartError
from models.errors import ModelError
from training.errors import TrainingError

app = typer.Typer(
    help="Paint attributes on your own picture, on spatial StyleGAN2 latents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(serving.serve)
app.command()(serving.worker)
app.command()(encode)
app.command()(faces)
app.command()(edit)
app.command()(generate)
app.command()(convert)
app.add_typer(library.app, name="models")
app.command(name="data")(data.data)
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
app.command()(doctor)


EXPECTED = (EditorError, StartError, ModelError, TrainingError, OSError)
"""What the user can mend; anything else is a bug and shows its traceback."""


def main() -> None:
    """Run a command; an error that the user can mend is one line and exit code 1."""
    try:
        app()
    except FileNotFoundError as error:
        stop(f"there is no {error.filename or error}")
    except EXPECTED as error:
        stop(str(error))
    except ValidationError as error:
        first = error.errors()[0]
        stop(f"setting {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def stop(message: str) -> NoReturn:
    """Say what is wrong and exit."""
    sys.stderr.write(f"latentbrush: {message}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
