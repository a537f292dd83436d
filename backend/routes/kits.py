"""`/kits`: models that who runs the server may fetch, with encoder and directions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from backend.kits import Installation
from backend.owner import Owner
from backend.services import Server
from backend.threads import run_in_threadpool
from contracts.base import Value
from contracts.errors import Forbidden
from contracts.ids import owner_of_key
from contracts.kits import Kit

router = APIRouter(prefix="/kits", tags=["models"])


class KitInfo(Value):
    """A kit, and whether its model is there."""

    name: str
    title: str
    purpose: str
    resolution: int
    license: str
    license_address: str
    is_commercial: bool
    aligned: str | None
    has_encoder: bool
    num_bytes: int
    """To be fetched, about."""
    sources: tuple[str, ...]
    is_installed: bool


class KitList(Value):
    """What can be fetched; nothing for who does not run the server, or if it may not."""

    kits: tuple[KitInfo, ...]
    installation: Installation | None
    """The latest: under way, ready or failed."""


class LicenseAccepted(Value):
    """That a person has read the licence, and keeps to it."""

    accept_license: Literal[True]


def may_install(owner: Owner, server: Server) -> bool:
    """Whether somebody runs the server: whoever uses one without keys, or has the first key."""
    keys = server.settings.api_keys
    is_first = not keys or owner == owner_of_key(keys[0])
    return server.settings.downloads and is_first


MayInstall = Annotated[bool, Depends(may_install)]


@router.get("")
async def kits(server: Server, allowed: MayInstall) -> KitList:
    """List what can be fetched, and how far the latest is."""
    if not allowed:
        return KitList(kits=(), installation=None)
    installed = await run_in_threadpool(server.kits.installed)
    found = tuple(shown(kit, kit.name in installed) for kit in server.kits.known.values())
    return KitList(kits=found, installation=server.kits.latest)


@router.post("/{name}", status_code=202)
async def install(
    server: Server, owner: Owner, allowed: MayInstall, name: str, _: LicenseAccepted
) -> Installation:
    """Begin to fetch a kit, once its licence is accepted. What an earlier try left is gone on
    with."""
    check(allowed)
    return await server.kits.begin(owner, name)


@router.delete("/{name}", status_code=204)
async def cancel(server: Server, allowed: MayInstall, name: str) -> None:
    """Stop fetching a kit."""
    check(allowed)
    await server.kits.cancel(name)


def check(allowed: bool) -> None:
    """Refuse whoever does not run the server.

    Raises:
        Forbidden: they do not, or nothing may be fetched.
    """
    if not allowed:
        raise Forbidden(
            "models are fetched for who runs the server, and not where the setting downloads is off"
        )


def shown(kit: Kit, is_installed: bool) -> KitInfo:
    """A kit as it is listed."""
    fields = kit.model_dump(include=set(KitInfo.model_fields))
    sources = tuple(file.address for file in kit.files)
    return KitInfo(**fields, num_bytes=kit.num_bytes, sources=sources, is_installed=is_installed)
