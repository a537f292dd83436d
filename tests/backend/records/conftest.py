"""Libraries on both kinds of database."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.records.tables import METADATA
from tests.fakes.stocked import Stocked

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


def as_postgres(*command: str) -> list[str]:
    """A command as the user that PostgreSQL runs as: it refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else [*command]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL, on a socket of its own: its URL."""
    if not POSTGRES:
        pytest.skip("PostgreSQL is not installed: scripts/ensure-databases")
    home = Path("/tmp") / f"latentbrush-postgres-{os.getpid()}"
    home.mkdir(mode=0o700)
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
    control, data = str(POSTGRES[0] / "pg_ctl"), str(home / "data")
    options = f"-c listen_addresses= -c unix_socket_directories={home}"
    try:
        make = [str(POSTGRES[0] / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
        subprocess.run(as_postgres(*make), check=True, stdout=subprocess.DEVNULL)
        start = [control, "-D", data, "-w", "-l", f"{home}/log", "-o", options, "start"]
        subprocess.run(as_postgres(*start), check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+psycopg://postgres@/postgres?host={home}"
    finally:
        stop = [control, "-D", data, "-m", "immediate", "stop"]
        subprocess.run(as_postgres(*stop), stdout=subprocess.DEVNULL)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stocked]:
    """A library of each kind, empty."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Stocked(tmp_path, database=url)
    with made.database.writing() as connection:
        for table in METADATA.tables:
            connection.execute(text(f"DELETE FROM {table}"))
    yield made
    made.database.close()
