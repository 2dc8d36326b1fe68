"""Shards: a study's models divided among processes that share nothing but its settings.

A model belongs to a shard by its key alone, which is a hash: shards are of about equal size, and
each process finds its own without knowing of the others.
"""

from typing import NamedTuple


class Shard(NamedTuple):
    """The `number`-th of `n_shards` parts of a study, counted from 1."""

    number: int
    n_shards: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """The shard that "2/8" names.

        Raises
        ------
        ValueError
            If it names none.
        """
        number, _, n_shards = text.partition("/")
        shard = cls(int(number), int(n_shards))
        if not 1 <= shard.number <= shard.n_shards:
            raise ValueError(f"there is no shard {text}")
        return shard

    @classmethod
    def of_key(cls, key: str, n_shards: int) -> "Shard":
        """The one of `n_shards` shards that the job `key` belongs to."""
        return cls(int(key, 16) % n_shards + 1, n_shards)

    def holds(self, key: str) -> bool:
        """True if the job `key` belongs to this shard."""
        return self == Shard.of_key(key, self.n_shards)

    def __str__(self) -> str:
        return f"{self.number}/{self.n_shards}"


WHOLE = Shard(1, 1)
