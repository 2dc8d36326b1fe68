"""Removes headers, quotations and signatures from newsgroup posts.

A post is a header (``From:``, ``Subject:``, ...), a blank line, and a body; the body quotes the
posts it answers and often ends in a signature. Each of these reveals the topic without being
about it, so the study trains on the rest. The rules are those of scikit-learn's
``fetch_20newsgroups(remove=...)``, mistakes included, so that scores can be compared.
"""

# A line that holds one of these introduces a quotation, as in "In article <1993...>, Ann writes:".
QUOTATION_PHRASES = ("writes in", "writes:", "wrote:", "says:", "said:")
# A line that begins with one of these introduces a quotation or is one.
QUOTATION_OPENINGS = ("In article", "Quoted from", "|", ">")


def strip_header(text: str) -> str:
    """The part of `text` after its first blank line; nothing when it has no blank line.

    A line of spaces is not blank here: only two newlines in a row end a header.
    """
    _header, _blank_line, body = text.partition("\n\n")
    return body


def strip_footer(text: str) -> str:
    """`text` without its last block, taken to be a signature.

    Blocks are separated by lines of spaces only, or of hyphens between spaces; blank lines
    around the whole text separate nothing. A text of a single block is returned unchanged. A
    post of several paragraphs without a signature loses its last paragraph.
    """
    lines = text.strip().split("\n")
    for index in range(len(lines) - 1, 0, -1):
        if not lines[index].strip().strip("-"):
            return "\n".join(lines[:index])
    return text


def strip_quotes(text: str) -> str:
    """`text` without the lines that quote another post or introduce a quotation."""
    return "\n".join(line for line in text.split("\n") if not _is_quotation(line))


def _is_quotation(line: str) -> bool:
    return line.startswith(QUOTATION_OPENINGS) or any(
        phrase in line for phrase in QUOTATION_PHRASES
    )


def strip_post(text: str) -> str:
    """`text` without header, footer and quotations.

    The order matters: were the quotations taken out first, a post that ends in one would lose
    the block before it as its footer.
    """
    return strip_quotes(strip_footer(strip_header(text)))
