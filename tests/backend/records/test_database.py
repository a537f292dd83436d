"""Tables are made once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, make_url, text

from backend.records.database import Database

SERVERS = 6


def opened(url: str) -> None:
    database = Database(url)
    database.check()
    database.close()


def test_servers_that_start_at_once_make_an_empty_database_their_own(postgres: str) -> None:
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    for k in range(4):
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE empty_{k}"))
        url = make_url(postgres).set(database=f"empty_{k}").render_as_string(hide_password=False)
        with ThreadPoolExecutor(SERVERS) as servers:
            list(servers.map(opened, [url] * SERVERS))
    admin.dispose()
