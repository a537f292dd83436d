"""The tables. Of every record the whole is in `body`, as JSON; beside it stand the columns that are
asked for, so that a release may add fields without touching a database.
"""

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()


def _kept(
    name: str, *columns: Column[str] | Column[str | None] | Column[int] | Column[float]
) -> Table:
    """A table of one kind of record: of an owner, by id."""
    return Table(
        name,
        METADATA,
        Column("owner", String(64), primary_key=True),
        Column("id", String(80), primary_key=True),
        *columns,
        Column("body", Text, nullable=False),
        Column("touched_at", Float, nullable=False, index=True),
    )


def _named(name: str) -> Table:
    """The same of what is changed, revision by revision."""
    return _kept(name, Column("revision", Integer, nullable=False), Column("refers_to", String(80)))


IMAGES = _kept("images", Column("blob_id", String(64), index=True))
LATENTS = _kept(
    "latents",
    Column("blob_id", String(64), nullable=False, index=True),
    Column("image_id", String(80), nullable=False),
    Column("reconstruction_id", String(80), nullable=False),
    Column("twin_id", String(80)),
)
MASKS = _kept("masks", Column("blob_id", String(64), nullable=False, index=True))
LANDS = _kept("lands")
ANSWERS = _kept("answers", Column("image_id", String(80), nullable=False))
SESSIONS = _named("sessions")  # refers to its cover
WORLDS = _named("worlds")  # refers to its land

MASK_USES = Table(
    "mask_uses",
    METADATA,
    Column("owner", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("holder_id", String(80), primary_key=True),
    Column("mask_id", String(80), primary_key=True),
)
"""Which session or land needs which mask."""
Index("mask_uses_by_mask", MASK_USES.c.owner, MASK_USES.c.mask_id)

for _column in (LATENTS.c.image_id, LATENTS.c.reconstruction_id, LATENTS.c.twin_id):
    Index(f"latents_by_{_column.name}", LATENTS.c.owner, _column)
Index("sessions_by_cover", SESSIONS.c.owner, SESSIONS.c.refers_to)

ADOPTED = Table(
    "adopted",
    METADATA,
    Column("job_id", String(40), primary_key=True),
    Column("at", Float, nullable=False),
)
"""Jobs whose works were taken in: what their owners deleted since does not come back."""

DAMAGED = Table(
    "damaged",
    METADATA,
    Column("owner", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("body", Text, nullable=False),
    Column("found_at", Float, nullable=False),
)
"""Records that could not be read, set aside for whoever runs the server."""

ABOUT = Table(
    "about",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)
"""What has been done to the database."""
