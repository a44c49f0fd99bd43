"""A home's channels: made from its `channels.yaml`, checked, listed with what waits for them, tried and resumed.

`app` declares them when a home is opened for writing; the verb `channels` shows and tries them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelwatch.act import sample
from modelwatch.act.deliver import wall_clock
from modelwatch.catalog import Addressed, Catalog
from modelwatch.domain.errors import DeliveryError, InputError, UnknownName
from modelwatch.spec import Monitor
from modelwatch.spec.channels import CHANNELS_FILE, ChannelFile, parse_channels
from modelwatch.spec.parse import read_text
from modelwatch.store import State, outbox


def declare_channels(catalog: Catalog, home: Path) -> ChannelFile:
    """Add the channels of a home's `channels.yaml` to the catalogue; none if there is no such file.

    Raises
    ------
    SpecError
        If the file is wrong; the message tells all of it, with lines.
    InputError
        If it cannot be read.
    """
    path = home / CHANNELS_FILE
    if not path.exists():
        return ChannelFile()
    declared = parse_channels(read_text(path), catalog.channel_kinds, folder=home)
    for each in declared.channels:
        catalog.channels.add(catalog.channel_kinds.get(each.kind).make(each.name, each.settings))
    catalog.public_url = declared.public_url
    return declared


def check_routes(catalog: Catalog, monitor: Monitor) -> None:
    """Refuse a specification whose messages would go where none may be sent.

    Raises
    ------
    InputError
        If the address of one of its channels is not allowed.
    """
    for name in sorted({name for route in monitor.routes for name in route.to}):
        channel = catalog.channels.get(name)
        if isinstance(channel, Addressed):
            try:
                channel.check()
            except (DeliveryError, InputError) as error:
                raise InputError(f"{CHANNELS_FILE}: channels.{name}: {error}") from None


def channel_rows(state: State, catalog: Catalog, declared: ChannelFile) -> list[dict[str, Any]]:
    """Every channel, and every name that messages wait for, with how it stands and its dead letters.

    Returns
    -------
    list of dict
        `name`, `kind` (None: there is no such channel any more), `where`, `queued`, `dead`, `stopped` (why, or None),
        `error` (the last one of what is not delivered), `dead_letters` (`message`, `attempts`, `error` of each).
    """
    kinds = {each.name: each.kind for each in declared.channels}
    with state.reading() as tx:
        standings, dead = outbox.standings(tx), outbox.dead(tx)
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys([*catalog.channels.names(), *standings]):
        channel = catalog.channels.get(name) if name in catalog.channels else None
        standing = standings.get(name, outbox.Standing(0, 0, None, None))
        rows.append(
            {
                "name": name,
                "kind": None if channel is None else kinds.get(name, name),
                "where": channel.where if isinstance(channel, Addressed) else "",
                "queued": standing.pending,
                "dead": standing.dead,
                "stopped": standing.stopped,
                "error": standing.error,
                "dead_letters": [
                    {"message": each.key, "attempts": each.attempts, "error": each.error}
                    for each in dead
                    if each.channel == name
                ],
            }
        )
    return rows


def try_channel(catalog: Catalog, name: str) -> str | None:
    """Send a test message; None if the channel took it, else why not.

    Raises
    ------
    UnknownName
        If there is no such channel.
    """
    channel, message = catalog.channels.get(name), sample(name, wall_clock())
    try:
        channel.send(message, key=message["key"])
    except Exception as error:  # noqa: BLE001 (whatever a channel raises is the answer)
        return str(error) if isinstance(error, DeliveryError | InputError) else f"{type(error).__name__}: {error}"
    return None


def resume_channel(state: State, catalog: Catalog, name: str) -> int:
    """Take a channel up again and queue its dead letters anew; how many there were.

    Raises
    ------
    UnknownName
        If there is no such channel and nothing was given up for it.
    """
    with state.transaction() as tx:
        if name not in catalog.channels and name not in outbox.standings(tx):
            raise UnknownName(
                f"there is no channel {name!r}: known are {', '.join(sorted(catalog.channels.names()))}; "
                f"others are declared in {CHANNELS_FILE} of the home"
            )
        return outbox.resume(tx, name)
