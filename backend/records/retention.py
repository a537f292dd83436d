"""Takes out of the store what nobody needs any more. The server does it now and then.

Uploaded and generated pictures, latents, lands, worlds and sessions stay: they are what people
made. An edited picture can be made again from its latent, so it goes when nobody has asked for it
in a while; so does a mask that no session and no land needs, which its page sends again.
"""

import time

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select

from backend.records.database import Database
from backend.records.tables import ADOPTED, ANSWERS, IMAGES, LATENTS, MASK_USES, MASKS, SESSIONS
from service.blobs import BlobStore
from service.files import Files

LEFTOVER_TTL_S = 24 * 3600.0  # far longer than a job may run: what is left then, nobody will fetch
ADOPTED_TTL_S = 30 * 24 * 3600.0  # longer than a broker keeps a job that waits to be taken in
AT_ONCE = 500  # answers in a transaction
LEFTOVER_FOLDERS = ("incoming", "uploads", "previews")

HOLDERS: tuple[Table, ...] = (IMAGES, LATENTS, MASKS)
"""What has bytes in the blob store."""


def remove_leftovers(database: Database, files: Files) -> None:
    """Remove uploads, previews and half-written files of jobs that ended in no good order, and
    what is no longer needed to know of jobs."""
    for folder in LEFTOVER_FOLDERS:
        for name in files.names(folder):
            if files.age_s(name) > LEFTOVER_TTL_S:
                files.remove(name)
    now = time.time()
    is_old = IMAGES.c.touched_at < now - LEFTOVER_TTL_S
    with database.writing() as connection:
        connection.execute(delete(IMAGES).where(IMAGES.c.blob_id.is_(None), is_old))
        connection.execute(delete(ADOPTED).where(ADOPTED.c.at < now - ADOPTED_TTL_S))


def remove_unused_edits(database: Database, files: Files, ttl_s: float) -> None:
    """Remove answers to edits, and their pictures, that nobody asked for in `ttl_s`."""
    since = time.time() - ttl_s
    is_of_answer = (IMAGES.c.owner == ANSWERS.c.owner) & (IMAGES.c.id == ANSWERS.c.image_id)
    is_wanted = exists().where(is_of_answer, IMAGES.c.touched_at >= since)
    is_unused = (ANSWERS.c.touched_at < since) & ~is_wanted
    while True:
        with database.writing() as connection:
            some = select(ANSWERS.c.owner, ANSWERS.c.id).where(is_unused).limit(AT_ONCE)
            keys = connection.execute(some).all()
            blobs: set[str] = set()
            for owner, key in keys:
                is_it = (ANSWERS.c.owner == owner) & (ANSWERS.c.id == key) & is_unused
                gone = delete(ANSWERS).where(is_it).returning(ANSWERS.c.image_id)
                for image_id in connection.execute(gone).scalars().all():
                    is_picture = (IMAGES.c.owner == owner) & (IMAGES.c.id == image_id)
                    unused = is_picture & (IMAGES.c.touched_at < since) & ~_is_needed()
                    picture = delete(IMAGES).where(unused).returning(IMAGES.c.blob_id)
                    found = connection.execute(picture).scalars().all()
                    blobs |= {blob_id for blob_id in found if blob_id is not None}
        _remove_blobs(database, files, blobs, ttl_s)
        if len(keys) < AT_ONCE:
            return


def _is_needed() -> ColumnElement[bool]:
    """Whether a latent or a session refers to a picture."""
    columns = (LATENTS.c.image_id, LATENTS.c.reconstruction_id, LATENTS.c.twin_id)
    by_latent = exists().where(
        LATENTS.c.owner == IMAGES.c.owner, or_(*(each == IMAGES.c.id for each in columns))
    )
    by_session = exists().where(
        SESSIONS.c.owner == IMAGES.c.owner, SESSIONS.c.refers_to == IMAGES.c.id
    )
    return by_latent | by_session


def remove_unused_masks(database: Database, files: Files, ttl_s: float) -> None:
    """Remove masks that no session and no land needs, and that nobody asked for in `ttl_s`."""
    is_needed = exists().where(
        MASK_USES.c.owner == MASKS.c.owner, MASK_USES.c.mask_id == MASKS.c.id
    )
    is_unused = (MASKS.c.touched_at < time.time() - ttl_s) & ~is_needed
    with database.writing() as connection:
        gone = delete(MASKS).where(is_unused).returning(MASKS.c.blob_id)
        blobs = set(connection.execute(gone).scalars())
    _remove_blobs(database, files, blobs, ttl_s)


def _remove_blobs(database: Database, files: Files, blob_ids: set[str], ttl_s: float) -> None:
    """Remove blobs that no record of anyone refers to, unless they were put there again."""
    blobs = BlobStore(files)
    for blob_id in blob_ids:
        with database.reading() as connection:
            used = [
                connection.execute(select(exists().where(table.c.blob_id == blob_id))).scalar_one()
                for table in HOLDERS
            ]
        if not any(used) and blobs.age_s(blob_id) > ttl_s:  # one that is taken up now is young
            blobs.remove(blob_id)
