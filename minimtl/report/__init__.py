"""Documents for people: blocks in; a terminal's text, Markdown and pages out. Knows no study.

A document is a list of blocks (`blocks`), plain records that say what is shown and nothing of how:

    Heading, Paragraph, Items, Terms, Grid (a table), Code (lines to type or to read),
    Drawing (a chart), Figure (the files name.svg and name.png), Folded (blocks that open),
    Beside (blocks side by side), Sections (links to the headings),
    Embedded (what one page has for itself)

Text in them is plain; an `Inline` is a string, a `Marked`, a `Link`, or a tuple of these. Whatever
comes from outside may stand in it: each writer escapes it.

    textforms.to_text(blocks)             for a terminal; columns stand one below the other
    textforms.to_markdown(document)       the file name.md
    htmlpage.to_html(document, figures)   the page; needs no package, no script, no connection
    htmlpage.notebook_html(blocks)        for `_repr_html_`
    htmlpage.write_document(document, name, out)    name.md, name.html, charts that have a name

A chart is data as well (`chart`): `Chart` with two of `Axis` and series of `Line`, `Dots` (of
`Dot`, maybe with intervals), `Cells` (a matrix) and `Rule` (a line or strip across); `round_axis`
is an axis with round ticks. A `Drawing` is SVG by this room's own `svg`; `figurefile` writes
charts as .svg and .png by Matplotlib, which is an extra.

What a single page has for itself (a formula, a control) is put together with `markup.element`,
which escapes whatever is not `Markup`, and stands among the blocks as `Embedded`; its own script
and style go into the `Document`, whose policy allows them by their hashes.

Tables of values are in `csvfile`: their files have the same bytes for the same values.

May import: system.
"""
