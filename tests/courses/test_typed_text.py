"""Texts from forms, as they are kept."""

import time

from courses.typed_text import tidied


def test_blank_lines_around_a_text_go_and_those_in_it_stay():
    assert tidied("\r\n \t\r\n  a \r\n\r\nb\r \n") == "  a \n\nb"
    assert tidied(" \n\t\n") == ""


def test_as_many_blank_lines_as_a_form_takes_go_in_seconds():
    started = time.process_time()  # not the clock: others may use the machine

    assert tidied("\n" * 1_000_000 + "a" + "\n" * 1_000_000) == "a"
    assert time.process_time() - started < 10
