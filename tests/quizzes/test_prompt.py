"""A prompt's first paragraph is the question; the rest stands below it."""

import pytest

from tests.factories import make_question

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_prompt_with_more_than_one_paragraph_is_split(lesson, client, line_end):
    prompt = line_end.join(["Which *line* is read?", "", "    first = 1", ""])
    question = make_question(lesson, prompt)

    assert question.prompt_html == "Which <em>line</em> is read?"
    assert "first" in question.details_html
    page = client.get(lesson.get_absolute_url()).content.decode()
    assert '<span class="question__text">Which <em>line</em> is read?</span>' in page
