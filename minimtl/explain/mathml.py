"""Formulas as they stand in docs/mathematics.md, as MathML, which browsers show without a script.

The notation is that of plain text: ``x_i`` and ``x_{i+1}`` are subscripts, ``x^k`` and ``x²``
superscripts, ``√x`` and ``√(x + y)`` roots, ``m̂`` a letter with a mark. A slash without a space
before it divides the factors that it touches; one between spaces divides the whole product before
it. Parentheses around the parts of a fraction or under a root are left out. It is a small part of
UnicodeMath (M. Sargent, Unicode Technical Note 28).
"""

import re
from html import escape
from typing import NamedTuple

# Names of more than one letter; other runs of letters are products of one-letter symbols.
_WORDS = "ln softmax mean idf df lr JSD KL RSS TP FP FN test train main aux ratio topic"
WORDS = frozenset(_WORDS.split())
_SUPERSCRIPTS = {"²": "2", "³": "3", "ᵀ": "T", "'": "′"}
_ACCENTS = {"\u0302": "^", "\u0304": "bar", "\u0303": "~"}
_COMPOSED = {"ȳ": ("y", "bar"), "ŷ": ("y", "^")}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_RELATIONS = frozenset("=←≤≥≈<>,;:→")
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?(?:e[-−]\d+)?)|(?P<name>[A-Za-z]+)"
    r"|(?P<greek>[Α-Ωα-ωȳŷ])|(?P<dots>\.\.)|(?P<other>.)"
)


class Token(NamedTuple):
    """A piece of a formula: what kind it is, its text, and whether white space precedes it."""

    kind: str
    text: str
    spaced: bool


def to_mathml(formula: str) -> str:
    """The formula as one `math` element, whose text for other programs is the formula itself.

    Raises
    ------
    ValueError
        If a bracket is not closed, or an operand is missing.
    """
    parser = _Parser(_tokens(formula))
    body = parser.row(end="")
    return (
        f'<math display="block" alttext="{escape(formula, quote=True)}">'
        f"<mrow>{''.join(body)}</mrow></math>"
    )


def _tokens(formula: str) -> list[Token]:
    found, spaced = [], False
    for match in _TOKEN.finditer(formula):
        kind, text = match.lastgroup or "", match[0]
        if kind == "space":
            spaced = True
            continue
        names = list(text) if kind == "name" and text not in WORDS else [text]
        for name in names:
            found.append(Token(kind, name, spaced))
            spaced = False
    return found


class _Parser:
    """Reads tokens from left to right; each method returns MathML of what it has read."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def row(self, end: str) -> list[str]:
        """Elements up to the bracket `end`, which is read too, or to the end of the formula."""
        done: list[str] = []
        since = 0  # where the product begins that a spaced slash would divide
        while (token := self._peek()) is not None and token.text != end:
            if token.text == "/" and token.spaced:
                self._at += 1
                over = self._factor(bare=True)
                done[since:] = [f"<mfrac><mrow>{''.join(done[since:])}</mrow>{over}</mfrac>"]
            elif token.text in _RELATIONS or token.text in "+−±":
                self._at += 1
                done.append(f"<mo>{escape(token.text)}</mo>")
                since = len(done)
            else:
                element = self._factor()
                done.append(element)
                if token.text == "Σ":
                    since = len(done)
        if end and self._peek() is None:
            raise ValueError(f"{end} is missing")
        self._at += 1
        return done

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is(self, *texts: str) -> bool:
        """Whether one of `texts` follows without white space."""
        token = self._peek()
        return token is not None and token.text in texts and not token.spaced

    def _factor(self, bare: bool = False) -> str:
        """A symbol with its scripts and arguments, and what it is divided by without a space."""
        start = self._at
        element = self._scripted(bare=False)
        if self._next_is("/"):
            self._at = start
            over = self._scripted(bare=True)
            self._at += 1
            return f"<mfrac>{over}{self._scripted(bare=True)}</mfrac>"
        if bare:
            self._at = start
            return self._scripted(bare=True)
        return element

    def _scripted(self, bare: bool) -> str:
        token = self._peek()
        if token is None:
            raise ValueError("a formula ends where an operand is expected")
        base = self._atom(bare)
        under = over = ""
        while self._next_is("_", "^", *_SUPERSCRIPTS):
            mark = self._tokens[self._at].text
            self._at += 1
            if mark in _SUPERSCRIPTS:
                over += f"<mo>{_SUPERSCRIPTS[mark]}</mo>"
            elif mark == "_":
                under = self._script()
            else:
                over = self._script()
        if token.text == "Σ" and under:
            base = f"<munder>{base}{under}</munder>"
        elif under and over:
            base = f"<msubsup>{base}{under}<mrow>{over}</mrow></msubsup>"
        elif under or over:
            tag = "msub" if under else "msup"
            base = f"<{tag}>{base}{under or f'<mrow>{over}</mrow>'}</{tag}>"
        if token.kind in ("name", "greek") and self._next_is("(", "["):
            base = f"<mrow>{base}{self._scripted(bare=False)}</mrow>"
        return base

    def _script(self) -> str:
        """What stands below or above: a group in braces, or letters and digits that touch."""
        if self._next_is("{"):
            self._at += 1
            return f"<mrow>{''.join(self.row('}'))}</mrow>"
        parts = [self._atom(bare=False)]
        while (token := self._peek()) and not token.spaced and token.kind in ("name", "number"):
            parts.append(self._atom(bare=False))
        return f"<mrow>{''.join(parts)}</mrow>"

    def _atom(self, bare: bool) -> str:
        token = self._tokens[self._at]
        self._at += 1
        if token.text in _CLOSING:
            inside = "".join(self.row(_CLOSING[token.text]))
            if bare and token.text == "(":
                return f"<mrow>{inside}</mrow>"
            closing = _CLOSING[token.text]
            return f"<mrow><mo>{token.text}</mo>{inside}<mo>{closing}</mo></mrow>"
        if token.text == "√":
            return f"<msqrt>{self._scripted(bare=True)}</msqrt>"
        if token.text in ("∂", "−"):
            return f"<mrow><mo>{token.text}</mo>{self._scripted(bare=False)}</mrow>"
        if token.kind == "number" or token.text == "½":
            return f"<mn>{token.text}</mn>"
        if token.kind in ("name", "greek") and token.text != "Σ":
            return self._letter(token.text)
        return f"<mo>{escape('…' if token.kind == 'dots' else token.text)}</mo>"

    def _letter(self, text: str) -> str:
        text, accent = _COMPOSED.get(text, (text, ""))
        following = self._peek()
        if following is not None and following.text in _ACCENTS:
            self._at += 1
            accent = _ACCENTS[following.text]
        letter = f"<mi>{text}</mi>"
        if accent == "bar":  # few fonts have a bar that fits; the page draws it
            letter = f'<mrow class="bar">{letter}</mrow>'
        elif accent:
            letter = f'<mover accent="true">{letter}<mo>{accent}</mo></mover>'
        following = self._peek()
        if text in ("β", "Γ") and following and following.kind == "number" and not following.spaced:
            self._at += 1
            letter = f"<msub>{letter}<mn>{following.text}</mn></msub>"
        return letter
