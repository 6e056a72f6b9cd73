"""What all language models share: what is asked, the closed shape of an answer, and what can go wrong.

    ModelError
    ├── Unanswered               no answer came in time
    │   └── Unreachable          nobody is there, or the line broke
    ├── Busy                     too much is asked of it; later again
    ├── Broken                   it failed
    ├── Refused                  it does not take what we ask like this: a wrong key, an unknown name
    └── Unusable                 an answer came, and it is none
        ├── Cut                  half an answer
        └── Misshapen            not JSON, or not of the shape that was asked for

A model is asked once and never again by itself: whoever asks knows how long there is to wait, and what it may cost.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from dialogs.understanding.meaning import Act
from dialogs.understanding.second_opinion import Opinion

# How the closed shape is asked for: not every server that speaks a vendor's protocol knows each way.
Shape = Literal["json_schema", "function_calling", "json_mode"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What we tell a model, from prompts/model: a text that changes gets a new version."""

    name: str
    version: int
    purpose: str
    system: str

    @property
    def label(self) -> str:
        return f"{self.name}/{self.version}"


@cache
def prompt(name: str) -> Prompt:
    raw = yaml.safe_load((files("prompts") / "model" / f"{name}.yaml").read_text("utf-8"))
    return Prompt(raw["name"], raw["version"], raw["purpose"], raw["system"])


class Answer(BaseModel):
    """How a message is to be read. There is no place in it for a sentence or an instant of the model's own."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    acts: list[Act]
    choice: list[int]
    says: list[str]
    wanted: list[str]
    preferred: list[str]
    blocked: list[str]

    def opinion(self) -> Opinion:
        return Opinion(
            acts=tuple(self.acts),
            choice=tuple(self.choice),
            says=tuple(self.says),
            wanted=tuple(self.wanted),
            preferred=tuple(self.preferred),
            blocked=tuple(self.blocked),
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """What the vendor counted; None: it did not say."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    answer: Answer
    usage: Usage


class Model(ABC):
    """One language model. A vendor's class says its name, and asks."""

    name: str

    @abstractmethod
    async def ask(self, prompt: Prompt, question: str) -> Asked:
        """Asks once, and answers or raises ModelError within its time-out. `question` is JSON."""

    async def close(self) -> None:  # noqa: B027 – not every model has something open
        """Lets go of what is open."""


class ModelError(Exception):
    """The model gave no answer that can be used."""

    outcome: ClassVar[str] = "failed"  # one word, for the record

    def __init__(self, why: str = "", usage: Usage = Usage(), retry_after: timedelta | None = None) -> None:
        self.usage = usage
        self.retry_after = retry_after  # as the vendor asks; None: it did not say
        told = (type(self).__doc__ or "").splitlines()[0]
        super().__init__(f"{told} ({why})" if why else told)


class Unanswered(ModelError):
    """No answer came in time."""

    outcome = "timeout"


class Unreachable(Unanswered):
    """Nobody is there, or the line broke."""

    outcome = "unreachable"


class Busy(ModelError):
    """Too much is asked of the model now."""

    outcome = "busy"


class Broken(ModelError):
    """The model failed."""

    outcome = "broken"


class Refused(ModelError):
    """The model does not take what we ask."""

    outcome = "refused"


class Unusable(ModelError):
    """What came is no answer."""

    outcome = "unusable"


class Cut(Unusable):
    """Only half an answer came."""

    outcome = "cut"


class Misshapen(Unusable):
    """The answer has not the shape that was asked for."""

    outcome = "misshapen"
