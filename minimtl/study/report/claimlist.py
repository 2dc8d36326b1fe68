"""The paper's claims as a list: those that hold, those that do not, and those that stay open."""

from collections.abc import Sequence

from minimtl.gains import FAILS, HOLDS, MeasuredClaim
from minimtl.report import Block, Folded, Heading, Inline, Items, Marked, Paragraph
from minimtl.study.report.problemresult import ProblemResult

_OPEN = "Claims that stay open"
_TITLES = ("Hold", "Do not hold", "Hold in part", _OPEN)


def claims(results: Sequence[ProblemResult]) -> list[Block]:
    """Each sentence of the paper once; nothing where no problem can tell."""
    judged = [result for result in results if result.scope.judges]
    if not judged:
        return []

    groups: dict[str, list[Inline]] = {title: [] for title in _TITLES}
    sentences = dict.fromkeys(one.claim.sentence for result in judged for one in result.claims)
    for sentence in sentences:
        verdicts = {
            f"{result.name} {result.protocol.meaning}": verdict
            for result in judged
            if (verdict := _verdict(sentence, result.claims))
        }
        if not verdicts:
            continue
        held = [place for place, verdict in verdicts.items() if verdict == HOLDS]
        failed = [place for place, verdict in verdicts.items() if verdict == FAILS]
        title = _TITLES[2 if held and failed else 0 if held else 1 if failed else 3]
        groups[title].append(_line(sentence, held, failed))

    blocks: list[Block] = [Heading(2, "What the paper claims")]
    for title, lines in groups.items():
        if title == _OPEN and lines:
            blocks.append(Folded(title, (Items(tuple(lines)),)))
        elif lines:
            blocks += [Heading(3, title), Items(tuple(lines))]
    note = (
        "Each claim is measured for these tasks. It holds if it is true of every value in its 95 % "
        "interval. Statistics, intervals and verdicts on new tasks are in claims.csv."
    )
    return [*blocks, Paragraph(note, "note")]


def _verdict(sentence: str, measured: Sequence[MeasuredClaim]) -> str:
    """What all measures of a claim say of these tasks: one that fails outweighs those that hold."""
    verdicts = [
        one.claim.verdict(one.estimate.these_tasks)
        for one in measured
        if one.claim.sentence == sentence
    ]
    found = list(filter(None, verdicts))  # a measure that only informs has none
    if FAILS in found:
        return FAILS
    return HOLDS if found and set(found) == {HOLDS} else next(iter(found), "")


def _line(sentence: str, held: Sequence[str], failed: Sequence[str]) -> Inline:
    pieces: list[str | Marked] = [f"“{sentence}”"]
    for mark, words, places in (("good", "holds on", held), ("bad", "does not hold on", failed)):
        if places:
            sign = Marked(words, "good" if mark == "good" else "bad")
            pieces += [": " if len(pieces) == 1 else "; ", sign, f" {', '.join(places)}"]
    return tuple(pieces)
