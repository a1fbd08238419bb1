"""What each piece of Markdown becomes, and what its author is told."""

import pytest

from courses.markdown import (
    plain,
    render_blocks,
    render_inline,
    render_markdown,
)


def html_of(source: str) -> str:
    return render_markdown(source).html.strip()


def messages(source: str) -> list[tuple[int, str]]:
    return [(remark.line, remark.message) for remark in render_markdown(source).remarks]


# --- headings ---


def test_a_heading_gets_the_slug_github_gives_it():
    source = (
        "## What is the 'Internet of Things'?\n\n### I<sup>2</sup>C  & `snake_case`\n"
    )

    headings = render_markdown(source).headings

    assert [(heading.level, heading.id) for heading in headings] == [
        (2, "s-what-is-the-internet-of-things"),
        (3, "s-i2c---snakecase"),
    ]
    assert headings[1].text == "I2C & snake_case"


def test_a_heading_said_again_is_numbered():
    headings = render_markdown("## A\n\n## A\n\n## A 1\n\n## A\n").headings

    assert [heading.id for heading in headings] == ["s-a", "s-a-1", "s-a-1-1", "s-a-2"]


def test_a_heading_without_latin_letters_is_called_by_its_number():
    rendered = render_markdown("## One\n\n## 土壌\n\n[there](#土壌)\n")

    assert rendered.headings[1].id == "s-2"
    assert '<a href="#s-2" rel="noopener">there</a>' in rendered.html


def test_no_second_h1_comes_out_of_a_text():
    assert html_of("# A\n\nB\n===\n\n### C") == (
        '<h2 id="s-a">A</h2>\n<h2 id="s-b">B</h2>\n<h3 id="s-c">C</h3>'
    )


def test_a_heading_without_text_is_left_out():
    rendered = render_markdown("#\n\n## A\n")

    assert rendered.html.strip() == '<h2 id="s-a">A</h2>'
    assert len(rendered.headings) == 1


# --- links and pictures ---


def test_a_link_to_a_heading_leads_to_its_id():
    html = html_of("[x](#act-1) [y](#Act-1)\n\n## Act 1")

    assert html.count('href="#s-act-1"') == 2


def test_a_link_to_no_heading_is_plain_text_and_a_remark():
    source = "One\ntwo [*three*](#four)\n"

    assert html_of(source) == "<p>One\ntwo <em>three</em></p>"
    assert messages(source) == [
        (2, "the link to #four leads nowhere: no heading has that name")
    ]


def test_a_relative_link_leads_where_the_caller_says():
    asked: list[str] = []

    def resolve(path: str) -> str:
        asked.append(path)
        return "/tracks/t/tokens/"

    html = render_markdown("[a](./03-to%20kens.md?x=1#Act-1)", resolve).html

    assert asked == ["03-to kens.md"]
    assert 'href="/tracks/t/tokens/#s-act-1"' in html


def test_a_relative_link_to_nothing_is_plain_text_and_a_remark():
    source = "- a\n- [b](pi-relay.md)\n"

    assert "<a" not in html_of(source)
    assert messages(source) == [(2, "the link to pi-relay.md leads nowhere")]


def test_an_answer_of_the_caller_that_is_no_address_does_not_become_a_link():
    html = render_markdown("[a](b.md)", lambda _path: "javascript:alert(1)").html

    assert "javascript" not in html


@pytest.mark.parametrize(
    "target", ["https://a.example/b", "mailto:a@example.org", "/tracks/"]
)
def test_a_link_to_another_place_stays(target):
    assert (
        html_of(f"[a]({target})") == f'<p><a href="{target}" rel="noopener">a</a></p>'
    )


def test_a_link_of_another_kind_is_plain_text_and_a_remark():
    source = "[a](javascript:alert(1)) [b](//c.example)"

    assert html_of(source) == "<p>a b</p>"
    assert messages(source) == [
        (1, "the link to javascript:alert(1) is of a kind that is not allowed"),
        (1, "the link to //c.example is of a kind that is not allowed"),
    ]


def test_a_picture_of_elsewhere_is_its_description_and_a_remark():
    source = "x\n\n![A *red* fox](https://a.example/fox.png)"

    assert html_of(source) == "<p>x</p>\n<p>A red fox</p>"
    assert messages(source) == [
        (3, "a picture of elsewhere is not shown: its description stands in")
    ]


def test_remarks_come_in_the_order_of_lines():
    source = "a[^1]\n\n[^1]: [b](c.md)\n\n[d](e.md)\n"

    assert [line for line, _ in messages(source)] == [3, 5]


# --- within a line ---


def test_bare_tags_in_pairs_are_html():
    source = "H<sub>2</sub>O, <KBD>Ctrl</KBD>, a<br>b"

    assert html_of(source) == "<p>H<sub>2</sub>O, <kbd>Ctrl</kbd>, a<br>b</p>"


@pytest.mark.parametrize(
    "source",
    ["a <sub> b", "a </sub> b", "*a <sub>* b</sub>", "</kbd><sub>"],
)
def test_a_bare_tag_without_its_partner_is_text(source):
    assert "<su" not in html_of(source)
    assert "sub&gt;" in html_of(source)


def test_other_html_is_text():
    assert html_of('<b class="x">a</b>') == '<p>&lt;b class="x"&gt;a&lt;/b&gt;</p>'


def test_what_no_one_can_read_is_replaced():
    assert html_of("a\x00b\x1bc\ud800d\te") == "<p>a\ufffdb\ufffdc\ufffdd\te</p>"


# --- formulas ---


def test_money_is_not_a_formula():
    source = "It cost $10M-$100M+, then $5 or $6, for US$4-A$5."

    assert html_of(source) == f"<p>{source}</p>"


def test_a_formula_is_mathml():
    assert html_of("$a<b$ beats 5") == (
        "<p><math><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math> beats 5</p>"
    )


@pytest.mark.parametrize("source", ["$$x^2$$", "a\n$$\nx^2\n$$", "- $$\n  x^2\n  $$"])
def test_a_display_formula_scrolls_in_a_frame(source):
    html = html_of(source)

    assert (
        '<div class="formula" role="group" tabindex="0" aria-label="Formula">' in html
    )
    assert '<math display="block">' in html


@pytest.mark.parametrize(
    "tex",
    [r"\frac", r"\foo x", r"\href{/x}{y}", r"\def\a{\a\a}\a", "{" * 900, "x" * 3000],
)
def test_a_formula_that_cannot_be_set_shows_its_source_and_is_a_remark(tex):
    source = f"a\n${tex}$"

    assert html_of(source) == f"<p>a\n<code>{tex}</code></p>"
    assert messages(source) == [(2, "a formula cannot be set: its source stands in")]


def test_an_unclosed_formula_is_text():
    assert html_of("$$\nx\n\ny") == "<p>$$\nx</p>\n<p>y</p>"


# --- blocks ---


def test_a_note_says_so_in_words():
    assert html_of("> [!NOTE]\n> Mind *this*.") == (
        '<aside class="admonition admonition--note" role="note">\n'
        '<p class="admonition__label"><strong>Note</strong></p>\n'
        "<p>Mind <em>this</em>.</p>\n</aside>"
    )


@pytest.mark.parametrize("kind", ["tip", "warning"])
def test_tips_and_warnings_are_admonitions_too(kind):
    html = html_of(f"> [!{kind.upper()}]\n>\n> - a\n>\n> > b")

    assert f"admonition--{kind}" in html
    assert f"<strong>{kind.title()}</strong>" in html
    assert "<blockquote>\n<p>b</p>\n</blockquote>\n</aside>" in html


def test_a_quote_of_another_kind_stays_a_quote():
    assert "<blockquote>" in html_of("> [!CAUTION]\n> x")
    assert "<blockquote>" in html_of("> [!NOTE] x")


def test_a_table_is_named_by_its_heading_and_scrolls_in_a_frame():
    html = html_of("## Sizes\n\n| A | N |\n|---|--:|\n| b | 1 |")

    assert html.endswith(
        '<div class="table" role="region" tabindex="0" aria-label="Table: Sizes">\n'
        "<table>\n<thead>\n<tr>\n"
        '<th scope="col">A</th>\n<th class="num" scope="col">N</th>\n'
        "</tr>\n</thead>\n<tbody>\n<tr>\n"
        '<td>b</td>\n<td class="num">1</td>\n'
        "</tr>\n</tbody>\n</table>\n</div>"
    )


def test_no_two_tables_have_the_same_name():
    table = "| A | B |\n|---|---|\n| 1 | 2 |\n\n"

    html = html_of(f"## Sizes\n\n{table * 3}")

    assert 'aria-label="Table: Sizes"' in html
    assert 'aria-label="Table: A, B"' in html
    assert 'aria-label="Table: A, B (2)"' in html


def test_the_name_of_a_table_may_hold_any_character():
    html = html_of('## "A" & <b>\n\n| A |\n|---|')

    assert 'aria-label="Table: &quot;A&quot; &amp; &lt;b&gt;"' in html


def test_a_header_cell_without_text_heads_nothing():
    assert "<tr>\n<td></td>\n<th scope=" in html_of("| | B |\n|---|---|\n| 1 | 2 |")


def test_code_is_coloured_by_classes_and_can_be_scrolled_by_keyboard():
    assert html_of("```python\ndef f(): pass\n```") == (
        '<pre class="highlight" role="group" tabindex="0" aria-label="Code: Python"><code>'
        '<span class="k">def</span><span class="w"> </span><span class="nf">f</span>'
        '<span class="p">():</span> <span class="k">pass</span>\n</code></pre>'
    )


@pytest.mark.parametrize(
    "fence", ["```", "```output", "```brainfuck", "```Python2.7'\""]
)
def test_code_in_an_unknown_language_is_plain(fence):
    html = html_of(f"{fence}\ndef f(): <b>\n```")

    assert 'aria-label="Code"><code>def f(): &lt;b&gt;\n</code>' in html


def test_a_footnote_is_linked_both_ways():
    html = html_of("a[^x] b[^x]\n\n[^x]: c")

    assert html == (
        '<p>a<sup class="footnote-ref"><a href="#fn-1" id="fnref-1" aria-label="Footnote 1"'
        ' rel="noopener">1</a></sup> b<sup class="footnote-ref"><a href="#fn-1"'
        ' id="fnref-1-2" aria-label="Footnote 1" rel="noopener">1</a></sup></p>\n'
        '<section class="footnotes" aria-label="Footnotes">\n<ol>\n<li id="fn-1"><p>c'
        ' <a class="footnote-back" href="#fnref-1" aria-label="Back to mention 1"'
        ' rel="noopener">↩︎</a> <a class="footnote-back" href="#fnref-1-2"'
        ' aria-label="Back to mention 1-2" rel="noopener">↩︎</a></p>\n</li>\n</ol>\n</section>'
    )


# --- the other ways to render ---


def test_the_text_is_what_a_reader_reads():
    source = (
        "## A `b`\n\n**c** [d](e.md) ![f](g) H<sub>2</sub>O $x^2$[^1]\n\n"
        "> [!TIP]\n> h\n\n```\ni\n```\n\n| j | k |\n|---|---|\n\n[^1]: l\n"
    )

    assert render_markdown(source).text == "A b\nc d f H2O x^2\nh\ni\nj\nk\nl"


def test_inline_text_has_no_blocks():
    assert render_inline("# a\n- **b** `c` [d](/e) $x$ <kbd>f</kbd>") == (
        '# a\n- <strong>b</strong> <code>c</code> <a href="/e" rel="noopener">d</a>'
        " <math><mrow><mi>x</mi></mrow></math> <kbd>f</kbd>"
    )


def test_a_feedback_has_neither_headings_nor_ids():
    html = render_blocks("## a\n\n> [!NOTE]\n> b[^1] [c](#a)\n\n[^1]: d")

    assert html.startswith("<p><strong>a</strong></p>")
    assert "<p>b[^1] c</p>" in html
    assert "[^1]: d" in html
    assert "id=" not in html


def test_plain_is_one_line_without_markup():
    source = (
        "How **models**\nare `trained` & [why](/x) $x^2$<br>it ![m](n) H<sub>2</sub>O"
    )

    assert plain(source) == "How models are trained & why x^2 it m H2O"
