"""What the study is (question, paper, data, protocol) and what its terms mean."""

from typing import NamedTuple

from minimtl.report import SCORE_NAMES, Inline, Items, Link, Terms
from minimtl.study.report.scope import PUBLISHED_EDITIONS, Scope
from minimtl.tasks import Hierarchy, Protocol

PAPER = (
    "Emma Kerinec, Chloé Braud and Anders Søgaard: “When does deep multi-task learning work for "
    "loosely related document classification tasks?”, BlackboxNLP workshop at EMNLP 2018, "
)
ANTHOLOGY = Link("ACL Anthology W18-5401", "https://aclanthology.org/W18-5401/")

# Each stands in the glossary, and beside the first picture as far as it needs it.
MEANINGS = {
    "task": "Telling the posts of two topics apart, for example hockey from motorcycles.",
    "pair": "A main task and an auxiliary task that are trained together.",
    "main task": "The task whose score counts.",
    "auxiliary task": (
        "The task trained beside the main task so that both share hidden layers: its topics are "
        "neighbours of the main task's in the hierarchy of newsgroups."
    ),
    "RELATED": (
        "Pairs in which all four topics belong to one top-level class: hockey or motorcycles, "
        "helped by baseball or autos, all of rec. 20 Newsgroups has 52."
    ),
    "UNRELATED": (
        "Pairs in which the two topics of a task may be of different top-level classes: guns or "
        "autos, helped by Mideast or motorcycles. 20 Newsgroups has 516, the RELATED "
        "ones among them."
    ),
    "single-task, multi-task": "The main task trained alone, and together with the auxiliary task.",
    "block": "The pairs between two subclasses of topics, such as politics and religion.",
    "gain": "The main task's multi-task score minus its single-task score, on the test posts.",
    "improved": (
        "A pair with a gain above 0: of its mean gain over the runs by the protocol paper, of each "
        "run by the protocol released."
    ),
    "95 % interval": (
        "Of a pair: over its runs. Of a mean gain for these tasks: over runs; for new "
        "tasks: with tasks, topics and runs drawn anew. Where it contains 0, the sign is not "
        "decided."
    ),
    "reproduces": "Comes as near to the number in the paper as the table says.",
}


class About(NamedTuple):
    """What the reader must know to judge the numbers or to make them again.

    Edition, hierarchy, source, digest and sizes are those of the loaded corpus; ``command`` is the
    line that a person would type, and ``trained_by`` the kinds of processors.
    """

    version: str
    edition: str
    hierarchy: Hierarchy
    source: str
    sha256: str
    n_train: int
    n_test: int
    seed: int
    command: str
    trained_by: tuple[str, ...] = ()

    @property
    def corpus(self) -> str:
        """The name of the corpus and its edition."""
        name = "20 Newsgroups, " if self.edition in PUBLISHED_EDITIONS else ""
        return f"{name}the {self.edition} edition"


def what_it_is(about: About, protocol: Protocol, scopes: dict[str, Scope]) -> Items:
    """The study in some lines."""
    extents = "; ".join(f"{name}: {scope.extent}" for name, scope in scopes.items())
    lines: tuple[Inline, ...] = (
        "Question: if a neural network learns a main task together with an auxiliary task "
        "(multi-task learning), does it do better than alone, and can that be predicted?",
        ("Paper: ", PAPER, ANTHOLOGY, "."),
        f"Data: {about.corpus}, {about.n_train:,} training and {about.n_test:,} test posts.",
        f"Method: every main task is trained alone and with each auxiliary task, by the protocol "
        f"{protocol.name}; the score is {SCORE_NAMES[protocol.reading.score]} after epoch "
        f"{protocol.reading.read_at + 1}. {extents}.",
    )
    if protocol.reading.features == "text":
        lines += (
            "Features: as the paper's text describes them. The published Tables 2 and 3 are of the "
            "features of its code.",
        )
    return Items(lines)


def glossary() -> Terms:
    """All terms and what they mean."""
    return Terms(tuple(MEANINGS.items()))
