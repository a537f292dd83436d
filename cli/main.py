"""`latentbrush`: everything the page does, and training, from the shell. Start here.

Commands import what they need when they run, so that `--help` and `serve` do not wait for torch.
"""

import sys

import typer

from cli import data, editing, evaluate, library, serving, train
from cli.doctor import doctor
from contracts.errors import EditorError

app = typer.Typer(
    help="Paint attributes on your own picture, on spatial StyleGAN2 latents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serving.serve)
app.command()(serving.worker)
app.command()(editing.encode)
app.command()(editing.edit)
app.command()(editing.generate)
app.add_typer(library.app, name="models")
app.command(name="data")(data.data)
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
app.command()(doctor)


def main() -> None:
    """Run a command; an error that the user can mend is one line and exit code 1."""
    from cli.serve import ServeError

    try:
        app()
    except (EditorError, ServeError, ValueError, OSError) as error:
        if not is_expected(error):
            raise
        sys.stderr.write(f"latentbrush: {error}\n")
        sys.exit(1)


def is_expected(error: Exception) -> bool:
    """Whether the error is one of ours, or the file system's; anything else is a bug."""
    from cli.serve import ServeError

    names = {"ModelError", "TrainingError"}
    ours = any(base.__name__ in names for base in type(error).__mro__)
    return ours or isinstance(error, (EditorError, ServeError, OSError))


if __name__ == "__main__":
    main()
