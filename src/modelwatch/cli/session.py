"""What every verb is given: which home is meant, and how it is opened.

Made once per call from `--home`; the verbs get it as Click's context object.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import click

from modelwatch.domain.errors import HomeError, UnknownName
from modelwatch.domain.names import ModelKey

if TYPE_CHECKING:
    from modelwatch.app import Home
    from modelwatch.cli.remote import ServedHome

_SETTINGS = "home.json"


class Opener(Protocol):
    """How a home is opened."""

    def __call__(self, path: Path, *, write: bool) -> Home: ...


def open_home(path: Path, *, write: bool) -> Home:
    """Open a home on disk."""
    from modelwatch.app import Home

    return Home.open(path, write=write)


@dataclass(slots=True)
class Session:
    """One call of the program."""

    home: Path = Path("modelwatch-home")
    opener: Opener = field(default=open_home)

    @contextmanager
    def reading(self) -> Generator[Home]:
        """The home, to read from."""
        with self.opener(self.home, write=False) as home:
            yield home

    @contextmanager
    def writing(self, *, new: bool = False) -> Generator[Home]:
        """The home, under its lock.

        Parameters
        ----------
        new
            Whether the home is made if it is not there.

        Raises
        ------
        HomeError
            If there is none and none may be made.
        """
        if not new and not (self.home / _SETTINGS).is_file():
            raise HomeError(
                f"there is no home at {self.home.absolute()}: make one with modelwatch apply, or name it with --home"
            )
        served = self.served()
        if served is not None:
            # It stands for the home: it has the methods of one that write.
            try:
                yield cast("Home", served)
            finally:
                served.close()
            return
        with self.opener(self.home, write=True) as home:
            yield home

    def served(self) -> ServedHome | None:
        """The home as a server of this machine holds it, None if none does."""
        address = self.home / "server.json"
        try:
            told = json.loads(address.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        from modelwatch.cli.remote import ServedHome

        served = ServedHome(self.opener(self.home, write=False), told["url"], told["token"])
        if served.is_there():
            return served
        served.close()
        return None


def check_known(home: Home, key: ModelKey | None) -> None:
    """Refuse a model that the home does not know, and name the one that was probably meant.

    Raises
    ------
    UnknownName
        With the models that there are.
    """
    known = home.models()
    if key is None or key in known:
        return
    from modelwatch.spec.faults import did_you_mean, one_of

    names = {name_of(each): each for each in known}
    raise UnknownName(
        f"there is no model {name_of(key)!r} in {home.path}: known are {one_of(names)}"
        f"{did_you_mean(name_of(key), names)}"
    )


def name_of(key: ModelKey) -> str:
    """A model as it is typed: its name alone where project and environment are the usual ones.

    Examples
    --------
    >>> name_of(ModelKey("eta")), name_of(ModelKey("eta", "test")), name_of(ModelKey("eta", project="rides"))
    ('eta', 'eta/test', 'rides/eta/prod')
    """
    usual = ModelKey(key.model)
    if key.project != usual.project:
        return f"{key.project}/{key.model}/{key.env}"
    return key.model if key.env == usual.env else f"{key.model}/{key.env}"


def identity(key: ModelKey) -> Mapping[str, str]:
    """The parts of a model's key in JSON."""
    return {"model": key.model, "env": key.env, "project": key.project}


pass_session = click.make_pass_decorator(Session)
