"""Tasks and pairs of tasks over a hierarchy of topics: RELATED and UNRELATED, by arithmetic.

A hierarchy is class → subclass → topics. A task tells topic A (positive) from topic B (negative),
A in subclass S and B in subclass T, S ≠ T. Its auxiliary tasks tell C ∈ S∖{A} from D ∈ T∖{B}.
{A, B} is unordered; the topic whose subclass stands first in the hierarchy is the positive one. The
orientation thus depends on the two subclasses only, so the classes of a pair are aligned by
construction: C beside A, D beside B.

The pairs of one unordered {S, T} form a block of |S|·|T|·(|S|−1)·(|T|−1) pairs, numbered by the
mixed-radix number (a, b, c, d) of the four positions, c and d counted without a and b. Length
and the i-th pair are arithmetic, so that nothing grows with their number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, combinations
from typing import NamedTuple

from minimtl.corpora.editions import TopicTree
from minimtl.corpora.newsgroups import TOPIC_TREE
from minimtl.jobs.identity import rng_for
from minimtl.stats.arrays import IntArray


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
    def _place(self) -> dict[str, int]:
        return {
            topic: index
            for index, subclass in enumerate(self.subclasses)
            for topic in subclass.topics
        }

    def place(self, topic: str) -> int:
        """The index of the topic's subclass, from 0; KeyError if there is no such topic."""
        return self._place[topic]

    def subclass_of(self, topic: str) -> Subclass:
        """The subclass that holds the topic; KeyError if there is none."""
        return self.subclasses[self._place[topic]]


# Of 20 Newsgroups, for what is about that corpus alone.
NEWSGROUPS = Hierarchy.from_tree(TOPIC_TREE)


class Task(NamedTuple):
    """Tell documents of topic ``positive`` (label 1) from those of ``negative`` (label 0)."""

    positive: str
    negative: str


class Pair(NamedTuple):
    """A main task and the auxiliary task that may help it."""

    main: Task
    aux: Task

    @property
    def reversed(self) -> "Pair":
        """The same two tasks in the other roles."""
        return Pair(self.aux, self.main)


Block = tuple[str, str]


class HierarchyPairs(Sequence[Pair]):
    """The pairs of a hierarchy over the given blocks: index pairs (s, t), s < t, of subclasses.

    They are distinct, and need not exist in memory. All of them, or an even sample of `n`.
    """

    def __init__(
        self, hierarchy: Hierarchy, blocks: list[tuple[int, int]], n: int | None = None
    ) -> None:
        self._hierarchy = hierarchy
        sizes = [len(subclass.topics) for subclass in hierarchy.subclasses]
        # A subclass of one topic offers no auxiliary task: its blocks are empty.
        self._blocks = [(s, t) for s, t in blocks if sizes[s] > 1 and sizes[t] > 1]
        # The same object for each pair of a block: as many names as blocks, not as pairs.
        self._names: dict[tuple[str, str], Block] = {}
        self._starts = [
            0,
            *accumulate(
                sizes[s] * sizes[t] * (sizes[s] - 1) * (sizes[t] - 1) for s, t in self._blocks
            ),
        ]
        self._n_all = self._starts[-1]
        self._n = self._n_all if n is None else min(n, self._n_all)

    def sample(self, n: int) -> "HierarchyPairs":
        """``n`` of all pairs: evenly spaced over their main tasks, with mixed auxiliary ones.

        The k-th is at place ⌊k·N/n⌋ of N where each main task's pairs are in a mixed order, so that
        a sample whose number divides another's is a part of it. Where there are no more than ``n``
        pairs, the sample is all of them, in their own order.

        Raises
        ------
        ValueError
            If ``n`` is less than 1.
        """
        if n < 1:
            raise ValueError(f"a sample needs at least one pair, not {n}")
        return HierarchyPairs(self._hierarchy, self._blocks, n)

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, index: int) -> Pair:  # type: ignore[override]  # no slices
        if not 0 <= index < self._n:
            raise IndexError(f"no pair {index} among {self._n}")
        if self._n < self._n_all:
            index = self._dealt(index * self._n_all // self._n)

        number, positives, negatives = self._block_at(index)
        rest, d = divmod(index - self._starts[number], len(negatives) - 1)
        rest, c = divmod(rest, len(positives) - 1)
        a, b = divmod(rest, len(negatives))
        c, d = c + (c >= a), d + (d >= b)
        return Pair(Task(positives[a], negatives[b]), Task(positives[c], negatives[d]))

    def _block_at(self, index: int) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
        """The number of the block that pair `index` is of, and the topics of its subclasses."""
        number = bisect_right(self._starts, index) - 1
        s, t = self._blocks[number]
        return number, self._hierarchy.subclasses[s].topics, self._hierarchy.subclasses[t].topics

    def _dealt(self, place: int) -> int:
        """The number of the pair at `place` where each main task's pairs are in a mixed order.

        In the order of their numbers a stride that is a multiple of the number of auxiliary
        positives or negatives would meet the same ones again and again.
        """
        number, positives, negatives = self._block_at(place)
        n, start = (len(positives) - 1) * (len(negatives) - 1), self._starts[number]
        first = start + (place - start) // n * n  # of those of the main task
        return first + int(_mixed_order(n)[(place - first + _turn(first, n)) % n])

    def block(self, pair: Pair) -> Block:
        """The two subclasses that the pair's topics are of, such as ``talk.religion``."""
        first, second = (self._hierarchy.subclass_of(topic) for topic in pair.main)
        block = f"{first.parent}.{first.name}", f"{second.parent}.{second.name}"
        return self._names.setdefault(block, block)


@lru_cache(maxsize=64)
def _mixed_order(n: int) -> IntArray:
    """The numbers 0 … n − 1 in an order without pattern, always the same."""
    return rng_for("order of auxiliary tasks", n).permutation(n)


def _turn(first: int, n: int) -> int:
    """From where the order of n begins for a main task whose pairs begin at `first`.

    Fibonacci hashing (Knuth, The Art of Computer Programming 3, §6.4), by 2⁶⁴/φ.
    """
    return ((first * 0x9E3779B97F4A7C15) % (1 << 64) >> 32) % n


def related_pairs(hierarchy: Hierarchy) -> HierarchyPairs:
    """RELATED: the two topics of a task share the top-level class, not the subclass."""
    subclasses = hierarchy.subclasses
    return HierarchyPairs(
        hierarchy,
        [
            (s, t)
            for s, t in combinations(range(len(subclasses)), 2)
            if subclasses[s].parent == subclasses[t].parent
        ],
    )


def unrelated_pairs(hierarchy: Hierarchy) -> HierarchyPairs:
    """UNRELATED: the two topics of a task lie in different subclasses; includes RELATED."""
    return HierarchyPairs(hierarchy, list(combinations(range(len(hierarchy.subclasses)), 2)))
