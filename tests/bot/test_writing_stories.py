"""What was played can be written down, and read again it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.hearing.cleaning import keepable
from bot.rehearsal.scenario import Scenario, load
from bot.rehearsal.script import STEPS, read_step
from bot.rehearsal.steps import Presses, Says, Step
from bot.rehearsal.writing import WRITE, written
from bot.rehearsal.yamlfile import Fault, listed, read
from tests.bot.test_stories import FILES, SOME

# A story for each kind of step that has a name, and some besides.
TEXTS = {file: file.read_text("utf-8") for file in FILES}
WORDS = (*(f"  - {step}:" for step in STEPS), "press:", "answer_invite:")
STORIES = sorted({*SOME, *(next(file for file in FILES if word in TEXTS[file]) for word in WORDS)})
ONE = load(FILES[0])
SOMEBODY = ONE.people[0]


def read_again(scenario: Scenario, steps: Sequence[Step], path: Path) -> Sequence[Step]:
    dumped = yaml.safe_dump({"script": [written(step) for step in steps]}, allow_unicode=True, sort_keys=False)
    path.write_text(dumped, "utf-8")
    people = {person.key: person for person in scenario.people}
    return [read_step(value, people, scenario.calendars) for value in listed(read(path), "script")]


def test_every_story_is_the_same_after_it_was_written_down(tmp_path: Path) -> None:
    seen: set[type] = set()
    for file in STORIES:
        scenario = load(file)
        assert read_again(scenario, scenario.steps, tmp_path / "again.yaml") == list(scenario.steps), file
        seen |= {type(step) for step in scenario.steps}
    assert seen == {*WRITE}, "the stories have every kind of step"


@given(text=st.text(min_size=1).map(keepable), channel=st.sampled_from([None, *SOMEBODY.addresses]))
def test_whatever_somebody_writes_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str, channel: str | None
) -> None:
    steps: list[Step] = [Says(SOMEBODY.key, (text,), channel), Presses(SOMEBODY.key, text, channel)]
    assert read_again(ONE, steps, tmp_path_factory.getbasetemp() / "said.yaml") == steps


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("{to: nobody, becomes: slow}", "nobody called 'nobody'"),
        ("{to: PERSON, becomes: lost}", "'lost' is nothing a message becomes; there is slow, undelivered, failed"),
        ("{to: PERSON, channel: pigeon, becomes: slow}", "can not write by 'pigeon'"),
    ],
)
def test_a_next_message_that_cannot_be_spoilt_is_told_with_its_line(tmp_path: Path, said: str, wrong: str) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(f"script:\n- next: {said.replace('PERSON', SOMEBODY.key)}\n", "utf-8")
    (value,) = listed(read(path), "script")
    with pytest.raises(Fault, match=f"line 2: .*{wrong}"):
        read_step(value, {SOMEBODY.key: SOMEBODY}, {})
