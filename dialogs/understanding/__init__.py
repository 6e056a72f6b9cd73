"""Words to meaning: what a person wrote, as far as scheduling goes."""

from dialogs.understanding.meaning import Act, Ambiguity, Context, Stage, Topic, Understanding
from dialogs.understanding.reader import read_times, understand

__all__ = ["Act", "Ambiguity", "Context", "Stage", "Topic", "Understanding", "read_times", "understand"]
