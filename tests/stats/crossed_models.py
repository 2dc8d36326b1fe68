"""Crossed models of the pairs of 20 Newsgroups, for tests."""

import numpy as np

from minimtl.stats.crossed import Components, crossed_effects
from minimtl.tasks import NEWSGROUPS, related_pairs


def newsgroups(pairs):
    """The levels of the pairs of 20 Newsgroups."""
    numbers = {}

    def number(item):
        return numbers.setdefault(item, len(numbers))

    return {
        "main": np.array([number(pair.main) for pair in pairs]),
        "aux": np.array([number(pair.aux) for pair in pairs]),
        "main_topics": np.array([[number(topic) for topic in pair.main] for pair in pairs]),
        "aux_topics": np.array([[number(topic) for topic in pair.aux] for pair in pairs]),
    }


RELATED = newsgroups(tuple(related_pairs(NEWSGROUPS)))
EFFECTS = crossed_effects(RELATED)


def grid(n_main, n_aux):
    """Every main task with every auxiliary one."""
    main, aux = np.divmod(np.arange(n_main * n_aux), n_aux)
    return {"main": main, "aux": aux}


def of_one_run(effects, **lasting):
    """Components that last, 0 where none is given, and the mean."""
    return Components(
        lasting.pop("mean", 0.0),
        {name: lasting.get(name, 0.0) for name in effects.names},
        dict.fromkeys(effects.names, 0.0),
    )


def dense(effects):
    """K_k = Z_k Z_kᵀ and the centring matrix Q."""
    n = effects.n_pairs
    return [(Z @ Z.T).toarray() for Z in effects.incidence], np.eye(n) - 1 / n
