"""Questions: what the record can answer is answered, the rest goes to the recruiter."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reason
from dialogs.negotiation.state import Party, Status
from dialogs.understanding.meaning import Topic

FOR_A_HUMAN = frozenset({Topic.PAY, Topic.PREPARATION, Topic.OTHER})


def answer(d: Draft, party: Party, topics: Sequence[Topic], words: str) -> None:
    """All questions of one message, in the order they were asked; with the confirmation if one is on its way."""
    known = [topic for topic in dict.fromkeys(topics) if topic not in FOR_A_HUMAN]
    if d.n.status is Status.AGREED and known:
        # The confirmation itself says how it stands.
        d.change(topics_owed=tuple(topic for topic in known if topic is not Topic.STATUS), owed_to=party)
    else:
        for topic in known:
            tell(d, party, topic)
    if FOR_A_HUMAN & set(topics):
        d.say(party, Kind.ANSWER, "question_passed_on")
        d.call_human(Reason.QUESTION, who=d.person(party).name, said=words)


def tell(d: Draft, party: Party, topic: Topic) -> None:
    d.say(party, Kind.ANSWER, f"answer_{topic.value}")
    d.because(f"asked about {topic.value}: answered from the record")
