"""The 20 newsgroups and how they are related (Figure 1 of the study): class → subclass → topics."""

TOPIC_TREE: dict[str, dict[str, tuple[str, ...]]] = {
    "comp": {
        "sys": ("comp.sys.ibm.pc.hardware", "comp.sys.mac.hardware"),
        "others": ("comp.graphics", "comp.os.ms-windows.misc", "comp.windows.x"),
    },
    "rec": {
        "sport": ("rec.sport.baseball", "rec.sport.hockey"),
        "vehicles": ("rec.autos", "rec.motorcycles"),
    },
    "sci": {"sci": ("sci.crypt", "sci.electronics", "sci.med", "sci.space")},
    "talk": {
        "politics": ("talk.politics.misc", "talk.politics.guns", "talk.politics.mideast"),
        "religion": ("talk.religion.misc", "alt.atheism", "soc.religion.christian"),
    },
    "misc": {"forsale": ("misc.forsale",)},
}

TOPICS: tuple[str, ...] = tuple(
    sorted(
        topic
        for subclasses in TOPIC_TREE.values()
        for topics in subclasses.values()
        for topic in topics
    )
)
