"""API keys: kept as a hash, named once, and revoked for good."""

from __future__ import annotations

import pytest

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.store import State, keys
from modelwatch.store.keys import ApiKey


def key(name: str = "ci", project: str = "default", **given: object) -> ApiKey:
    return ApiKey(
        **{"scopes": ("ingest",), "digest": keys.digest_of(project + name), "created": 5} | given,
        project=project,
        name=name,
    )  # type: ignore[arg-type]


def test_keys_come_back_as_they_went_in_by_project_and_name(state: State) -> None:
    made = [key("b"), key("a", scopes=("read", "operate"), expires=9), key("a", "rides")]
    with state.transaction() as tx:
        for each in made:
            keys.add(tx, each)
    with state.reading() as tx:
        assert keys.listed(tx) == [made[1], made[0], made[2]]


def test_a_revoked_key_stays_in_the_list_and_its_name_is_spent(state: State) -> None:
    with state.transaction() as tx:
        keys.add(tx, key())
        keys.revoke(tx, "default", "ci", 7)
        assert keys.listed(tx) == [key(revoked=7)]
        with pytest.raises(UnknownName, match="no key named 'ci'"):
            keys.revoke(tx, "default", "ci", 8)
        with pytest.raises(InputError, match="has, or had, a key named 'ci'"):
            keys.add(tx, key(digest=b"other"))


def test_a_key_of_another_project_is_not_revoked(state: State) -> None:
    with state.transaction() as tx:
        keys.add(tx, key())
        with pytest.raises(UnknownName):
            keys.revoke(tx, "rides", "ci", 7)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65, "\x00"])
def test_a_name_is_something_that_a_log_can_show(state: State, name: str) -> None:
    with state.transaction() as tx, pytest.raises(InputError, match="printable"):
        keys.add(tx, key(name))


@pytest.mark.parametrize("scopes", [(), ("local",), ("read", "admin")])
def test_a_scope_is_one_that_can_be_granted(state: State, scopes: tuple[str, ...]) -> None:
    with state.transaction() as tx, pytest.raises(InputError, match="use ingest, read, operate"):
        keys.add(tx, key(scopes=scopes))


def test_the_key_itself_is_not_kept() -> None:
    secret = keys.new_key()
    assert secret.startswith("mw_")
    assert len(secret) > 40
    assert keys.new_key() != secret
    assert keys.digest_of(secret) == keys.digest_of(secret)
    assert secret.encode() not in keys.digest_of(secret)
    assert keys.digest_of("\udcff") != keys.digest_of("")
