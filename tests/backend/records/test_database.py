"""Tables are made once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, inspect, make_url, text

from backend.records.database import Database
from backend.records.tables import METADATA

SERVERS = 6


def tables_of(url: str) -> set[str]:
    """What a server that opens it finds."""
    Database(url).close()
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_servers_that_start_at_once_make_an_empty_database_their_own(postgres: str) -> None:
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    for k in range(4):
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE empty_{k}"))
        url = make_url(postgres).set(database=f"empty_{k}").render_as_string(hide_password=False)
        with ThreadPoolExecutor(SERVERS) as servers:
            found = list(servers.map(tables_of, [url] * SERVERS))
        assert found == [set(METADATA.tables)] * SERVERS
    admin.dispose()
