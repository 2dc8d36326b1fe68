"""English words that say how a sentence is built and little of what it is about.

The closed classes of English grammar, written down for this package class by class: articles,
pronouns, auxiliary verbs with their forms, prepositions, conjunctions, negations, question words
and a few adverbs of degree, place and time. Contractions are there as the default token pattern
splits them ("don't" is "don" and a "t" too short to count). Nouns, other verbs, adjectives and
numerals are left in: "system", "cry" or "ten", which some lists hold, can tell topics apart.
"""

_WORDS = """
a an the

i me my mine myself we us our ours ourselves you your yours yourself yourselves
he him his himself she her hers herself it its itself
they them their theirs themselves one oneself
this that these those
each every either neither both all any some none no such other others another
anybody anyone anything everybody everyone everything nobody nothing
somebody someone something

am is are was were be been being
have has had having do does did doing done
can could may might must shall should will would ought cannot

about above across after against along among amongst around as at before behind below
beneath beside besides between beyond by despite down during except for from in inside
into like near of off on onto out outside over past per since than through throughout
till to toward towards under underneath until unto up upon via with within without

and but or nor so yet if because although though unless while whereas whether

not never
aren couldn didn doesn don hadn hasn haven isn mustn shouldn wasn weren wouldn ain
ve ll re

who whom whose which what when where why how
whoever whatever whichever whenever wherever however

again ago almost already also always ever even here there then thus therefore hence
just only quite rather really too very more most much many less least few fewer
now once often perhaps sometimes somewhat soon still else instead meanwhile
everywhere nowhere somewhere anywhere
"""
ENGLISH = frozenset(_WORDS.split())
