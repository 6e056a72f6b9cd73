"""Secrets at rest: sealed with AES-GCM under a key that has a name, and bound to the place where they are kept."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Dialect, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeDecorator

from bot.records import base

BITS = 256
NONCE = 12  # bytes, as NIST SP 800-38D wants it; random, so one key is good for 2^32 secrets
VERSION = "1"
_NAME = re.compile(r"[A-Za-z0-9-]{1,32}")


class SealError(Exception):
    """A secret cannot be read.

    SealError
    ├── KeyLost
    └── NotWhole
    """


class KeyLost(SealError):
    """The key it was sealed with is not here: nobody can read it any more, and it has to be given anew."""

    def __init__(self, key: str) -> None:
        super().__init__(f"it was sealed with the key {key}, and that key is not here")
        self.key = key


class NotWhole(SealError):
    """It was changed, or carried here from another place."""


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    bytes: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        return cls(os.urandom(4).hex(), AESGCM.generate_key(BITS))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `id:base64`. A ValueError says what is wrong, and never what was given."""
        name, colon, encoded = text.strip().partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise ValueError("a key is written as id:base64, its id in letters, digits and hyphens")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ValueError(f"the key {name} is not base64") from None
        if len(key) * 8 != BITS:
            raise ValueError(f"the key {name} must be {BITS // 8} bytes long")
        return cls(name, key)

    def __str__(self) -> str:
        return f"{self.id}:{base64.b64encode(self.bytes).decode()}"


class Keys(Protocol):
    def first(self) -> Key:
        """The one that new secrets are sealed with; made where there is none and may be one."""

    def get(self, id: str) -> Key | None: ...

    def ids(self) -> tuple[str, ...]:
        """All there are now, the first one first. None is made for this."""


class Place(NamedTuple):
    """Where a secret is kept. It opens only there: nobody swaps two rows' secrets in the database."""

    table: str
    column: str
    row: str

    def __bytes__(self) -> bytes:
        return json.dumps(self).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it is kept: which key opens it, and the nonce with the ciphertext and its tag."""

    key: str
    box: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        version, key, box = text.split(".")
        if version != VERSION:
            raise NotWhole(f"it was sealed in a way ({version}) that is not known here")
        return cls(key, base64.urlsafe_b64decode(box))

    def __str__(self) -> str:
        return f"{VERSION}.{self.key}.{base64.urlsafe_b64encode(self.box).decode()}"


def seal(words: str, place: Place, keys: Keys) -> Sealed:
    key, nonce = keys.first(), os.urandom(NONCE)
    return Sealed(key.id, nonce + AESGCM(key.bytes).encrypt(nonce, words.encode(), bytes(place)))


def unseal(sealed: Sealed, place: Place, keys: Keys) -> str:
    """Raises KeyLost and NotWhole."""
    key = keys.get(sealed.key)
    if key is None:
        raise KeyLost(sealed.key)
    try:
        return AESGCM(key.bytes).decrypt(sealed.box[:NONCE], sealed.box[NONCE:], bytes(place)).decode()
    except InvalidTag:
        raise NotWhole(f"the secret at {'/'.join(place)} was changed, or belongs elsewhere") from None


class SealedText(TypeDecorator[Sealed]):
    """A column that takes nothing but what is sealed: plain words cannot get there by mistake."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, _dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("only what is sealed may be kept here")
        return str(value) if value else None

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Sealed | None:
        return Sealed.parse(value) if value else None


# Sealing anew


@dataclass(slots=True)
class Resealed:
    """How a rotation goes: what was done, and what could not be, by the id of its key."""

    done: int = 0
    lost: Counter[str] = field(default_factory=Counter)


async def uses(session: AsyncSession) -> Mapping[str, int]:
    """How many secrets each key has sealed."""
    found = Counter[str]()
    for table, column in _sealed_columns():
        kept = await session.scalars(select(table.c[column.name]).where(column.is_not(None)))
        found.update(sealed.key for sealed in kept)
    return found


async def reseal(records: base.Records, keys: Keys, *, at_once: int = 50) -> Resealed:
    """Everything under the first key, in small transactions. Stopped halfway, it goes on where it was."""
    told = Resealed()
    for table, column in _sealed_columns():
        after: str | None = ""
        while after is not None:
            async with records.write() as session:
                after = await _reseal_some(session, keys, table, column, after, at_once, told)
    return told


async def _reseal_some(
    session: AsyncSession, keys: Keys, table: Table, column: Column[Sealed], after: str, at_once: int, told: Resealed
) -> str | None:
    """The next rows behind `after`; how far it came, or None at the end."""
    (row_id,) = table.primary_key.columns
    newest = keys.first().id
    rows = select(row_id, column).where(row_id > after, column.is_not(None)).order_by(row_id).limit(at_once)
    found = (await session.execute(rows.with_for_update())).all()
    for row, sealed in found:
        if sealed.key == newest:
            continue
        place = Place(table.name, column.name, row)
        try:
            anew = seal(unseal(sealed, place, keys), place, keys)
        except SealError:
            told.lost[sealed.key] += 1
            continue
        await session.execute(update(table).where(row_id == row).values({column.name: anew}))
        told.done += 1
    return found[-1][0] if len(found) == at_once else None


def _sealed_columns() -> Iterator[tuple[Table, Column[Sealed]]]:
    for table in base.Table.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                yield table, column
