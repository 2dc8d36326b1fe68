"""All stations, in the order of the way."""

from minimtl.explain.curve import STATIONS as CURVE
from minimtl.explain.descent import STATIONS as DESCENT
from minimtl.explain.lesson import Lesson
from minimtl.explain.network import STATIONS as NETWORK
from minimtl.explain.pairs import STATIONS as PAIRS
from minimtl.explain.prediction import STATIONS as PREDICTION
from minimtl.explain.station import Station
from minimtl.explain.words import STATIONS as WORDS

STATIONS: tuple[Station[Lesson], ...] = (
    *WORDS,
    *NETWORK,
    *DESCENT,
    *CURVE,
    *PAIRS,
    *PREDICTION,
)
