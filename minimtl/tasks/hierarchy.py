"""A hierarchy of topics as data: class → subclass → topics."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from minimtl.corpora import TOPIC_TREE, TopicTree


class Subclass(NamedTuple):
    """One middle node: the name of its class, its own name, and its topics in order."""

    parent: str
    name: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Hierarchy:
    """Subclasses in a fixed order; their order decides which topic of a task is positive.

    Raises
    ------
    ValueError
        If a topic occurs twice.
    """

    subclasses: tuple[Subclass, ...]

    def __post_init__(self) -> None:
        if len(self._place) != len(self.topics):
            twice = next(topic for topic in self.topics if self.topics.count(topic) > 1)
            raise ValueError(f"topic {twice!r} occurs twice in the hierarchy")

    @classmethod
    def from_tree(cls, tree: TopicTree) -> "Hierarchy":
        """The hierarchy of ``{class: {subclass: [topic, …]}}``, in the order written."""
        return cls(
            tuple(
                Subclass(parent, name, tuple(topics))
                for parent, children in tree.items()
                for name, topics in children.items()
            )
        )

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics, subclass by subclass."""
        return tuple(topic for subclass in self.subclasses for topic in subclass.topics)

    @cached_property
    def _place(self) -> dict[str, tuple[int, int]]:
        return {
            topic: (index, position)
            for index, subclass in enumerate(self.subclasses)
            for position, topic in enumerate(subclass.topics)
        }

    def place(self, topic: str) -> tuple[int, int]:
        """The index of the topic's subclass and the topic's position in it, both from 0.

        Raises
        ------
        KeyError
            If the hierarchy has no such topic.
        """
        return self._place[topic]

    def subclass_of(self, topic: str) -> Subclass:
        """The subclass that holds the topic; KeyError if there is none."""
        return self.subclasses[self._place[topic][0]]


# Of 20 Newsgroups, for what is about that corpus alone.
NEWSGROUPS = Hierarchy.from_tree(TOPIC_TREE)
