"""The keys that secrets are sealed with: out of the settings, or in a file of the firm's own, made at first need."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.reasons import why
from bot.records.base import Records
from bot.records.sealed import Key, Resealed, reseal, uses

FILE = "keys"
_HEAD = (
    "# The keys of askARSAN's secrets. Whoever has this file and the database can read them; without it nobody can.\n"
)
OWNER_ONLY = 0o600


class KeysError(Exception):
    """The keys cannot be used; the message says why, for whoever set them."""


class GivenKeys:
    """Out of ASKARSAN_KEYS: `id:base64,id:base64`, the first one seals."""

    def __init__(self, text: str) -> None:
        self._keys = _read(text.split(","), "ASKARSAN_KEYS")
        if not self._keys:
            raise KeysError("ASKARSAN_KEYS holds no key.")

    def first(self) -> Key:
        return self._keys[0]

    def get(self, id: str) -> Key | None:
        return _find(self._keys, id)

    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self._keys)


class FileKeys:
    """In a file that only its owner reads, one key on a line, the first one seals.

    The file is read each time: a process that serves knows at once what `askarsan keys rotate` has put there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def first(self) -> Key:
        while not (found := self._all()):
            self._create(Key.new())
        return found[0]

    def get(self, id: str) -> Key | None:
        return _find(self._all(), id)

    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self._all())

    def put_first(self, key: Key) -> None:
        with self._alone():
            self._write([key, *self._all()])

    def drop(self, ids: Sequence[str]) -> None:
        with self._alone():
            self._write([key for key in self._all() if key.id not in ids])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two rotations at once would each lose the other's key."""
        import fcntl  # not on every system, and only a rotation needs it

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _all(self) -> list[Key]:
        try:
            if stat.S_IMODE(self.path.stat().st_mode) & ~OWNER_ONLY:
                raise KeysError(f"Others may read {self.path}, and the keys in it: chmod 600 {self.path}")
            lines = self.path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        except UnicodeDecodeError:
            raise KeysError(f"{self.path} is no file of keys.") from None
        except OSError as error:
            raise KeysError(f"{self.path} cannot be read: {why(error)}.") from error
        return _read(lines, str(self.path))

    def _create(self, key: Key) -> None:
        """The file with its first key; where another process was quicker, its key holds."""
        whole = self._beside([key])
        try:
            os.link(whole, self.path)
        except FileExistsError:
            pass  # read again by whoever called
        finally:
            whole.unlink()

    def _write(self, keys: Sequence[Key]) -> None:
        self._beside(keys).replace(self.path)

    def _beside(self, keys: Sequence[Key]) -> Path:
        """A whole file next to it, on the disk: a cut in the power must not leave half a key."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}-")  # 0600
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(_HEAD + "".join(f"{key}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise KeysError(f"{self.path} cannot be written: {why(error)}.") from error
        return Path(name)


def keys_of(given: str | None, folder: Path) -> GivenKeys | FileKeys:
    """The setting goes before the file in the data folder. Raises KeysError."""
    return GivenKeys(given) if given else FileKeys(folder / FILE)


async def rotate(records: Records, keys: GivenKeys | FileKeys) -> Resealed:
    """Seals everything with a new key; keys of the settings are ours to use, but not to make.

    The key that was first stays in the file: a process may still be sealing with it, and yesterday's backup needs it.
    The next rotation drops it, if nothing uses it by then.
    """
    if isinstance(keys, FileKeys):
        before = keys.ids()[1:]
        keys.put_first(Key.new())
        told = await reseal(records, keys)
        async with records.read() as session:
            used = await uses(session)
        keys.drop([each for each in before if each not in used])
        return told
    return await reseal(records, keys)


def _read(lines: Sequence[str], where: str) -> list[Key]:
    found: list[Key] = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            try:
                key = Key.parse(line)
            except ValueError as error:
                raise KeysError(f"{where}: {error}.") from error
            if _find(found, key.id):
                raise KeysError(f"{where}: the key {key.id} is there twice.")
            found.append(key)
    return found


def _find(keys: Sequence[Key], id: str) -> Key | None:
    return next((key for key in keys if key.id == id), None)
