"""The catalogue, the track, the search, and the two pages of Markdown."""

from django.urls import reverse
from django.utils import timezone

from certificates.services import claim_certificate, withdraw
from courses.models import Track
from tests.browser.pages.entry import Entry
from tests.browser.stage import LONG_WORD, Stage, archive, lessons_of, questions_of
from tests.factories import make_lesson, make_track

CATALOGUE = "/"


def two_tracks(stage: Stage) -> str:
    stage.soil()
    stage.arabic()
    return CATALOGUE


def no_tracks(stage: Stage) -> str:
    return CATALOGUE


def nothing_begun(stage: Stage) -> str:
    stage.sign_in()
    return two_tracks(stage)


def something_begun(stage: Stage) -> str:
    stage.half_way()
    stage.arabic()
    return CATALOGUE


def something_finished(stage: Stage) -> str:
    stage.finished()
    return CATALOGUE


def more_than_a_page(stage: Stage) -> str:
    for number in range(26):
        make_track(f"track-{number}", lessons=1)
    return CATALOGUE


def a_page_past_the_last(stage: Stage) -> str:
    return f"{CATALOGUE}?page=9"


def track_by_preview_link(stage: Stage) -> str:
    return stage.preview()


def track_of_nobody(stage: Stage) -> str:
    return stage.soil().get_absolute_url()


def track_begun_by_a_visitor(stage: Stage) -> str:
    track = stage.soil()
    stage.answer(questions_of(track)[0], "10 cm")
    return track.get_absolute_url()


def track_finished_by_a_visitor(stage: Stage) -> str:
    track = stage.soil()
    stage.finish(track)
    return track.get_absolute_url()


def track_not_begun(stage: Stage) -> str:
    stage.sign_in()
    return stage.soil().get_absolute_url()


def track_half_way(stage: Stage) -> str:
    return stage.half_way().get_absolute_url()


def track_finished(stage: Stage) -> str:
    return stage.finished().get_absolute_url()


def track_certified(stage: Stage) -> str:
    stage.certified()
    return Track.objects.get().get_absolute_url()


def track_withdrawn(stage: Stage) -> str:
    withdraw(stage.certified())
    return Track.objects.get().get_absolute_url()


def track_with_a_new_lesson(stage: Stage) -> str:
    track = stage.finished()
    make_lesson(track, "prune-it", published_at=timezone.now())
    return track.get_absolute_url()


def track_that_was_left(stage: Stage) -> str:
    track = stage.half_way()
    stage.client.post(reverse("me_track", args=[track.slug]), {"learning": "0"})
    return track.get_absolute_url()


def draft_track(stage: Stage) -> str:
    return stage.draft().get_absolute_url()


def track_without_lessons(stage: Stage) -> str:
    return make_track("empty").get_absolute_url()


def long_track(stage: Stage) -> str:
    stage.sign_in()
    track = make_track("long", lessons=41)
    stage.mark_done(*lessons_of(track)[:9])
    return track.get_absolute_url()


def arabic_track(stage: Stage) -> str:
    return stage.arabic().get_absolute_url()


def arabic_track_claimed(stage: Stage) -> str:
    user = stage.sign_in()
    track = stage.arabic()
    make_lesson(track, "maa", title="الماء", summary="متى؟")
    stage.answer(questions_of(track)[0], "١٠ سم")
    stage.finish(track)
    claim_certificate(user, track, "Ada Sample")
    make_lesson(track, "samad", title="السماد", published_at=timezone.now())
    return track.get_absolute_url()


def long_title(stage: Stage) -> str:
    stage.long_words()
    return CATALOGUE


def long_title_begun(stage: Stage) -> str:
    stage.sign_in()
    stage.mark_done(lessons_of(stage.long_words())[0])
    return CATALOGUE


def track_with_a_long_title(stage: Stage) -> str:
    return stage.long_words().get_absolute_url()


def search_found_long_words(stage: Stage) -> str:
    stage.long_words()
    return f"{reverse('search')}?q={LONG_WORD}"


def archived_track(stage: Stage) -> str:
    track = stage.soil()
    archive(track)
    return track.get_absolute_url()


def archived_track_of_a_learner(stage: Stage) -> str:
    track = stage.half_way()
    archive(track)
    return track.get_absolute_url()


def search_nothing(stage: Stage) -> str:
    return reverse("search")


def search_found(stage: Stage) -> str:
    stage.soil()
    return reverse("search") + "?q=water"


def search_found_many(stage: Stage) -> str:
    track = make_track("water")
    for number in range(25):
        make_lesson(track, f"water-{number}")
    return reverse("search") + "?q=water&page=2"


def search_misspelt(stage: Stage) -> str:
    stage.soil()
    return reverse("search") + "?q=proobe"


def search_found_nothing(stage: Stage) -> str:
    stage.soil()
    return reverse("search") + "?q=zeppelin"


def privacy(stage: Stage) -> str:
    return reverse("privacy")


def accessibility(stage: Stage) -> str:
    return reverse("accessibility")


TRACK = [
    Entry("catalogue, visitor", "catalogue", two_tracks, "3 steps"),
    Entry("catalogue, no tracks", "catalogue", no_tracks, "No tracks have been"),
    Entry("catalogue, first run", "catalogue", nothing_begun, "Not started"),
    Entry("catalogue, begun", "catalogue", something_begun, "Continue where you left"),
    Entry("catalogue, finished", "catalogue", something_finished, "Finished · 100 %"),
    Entry("catalogue, first of two", "catalogue", more_than_a_page, "Next page"),
    Entry(
        "catalogue, past the last", "catalogue", a_page_past_the_last, "on this page"
    ),
    Entry("catalogue, long title", "catalogue", long_title, LONG_WORD),
    Entry("catalogue, long title, begun", "catalogue", long_title_begun, "Continue"),
    Entry("track, visitor", "track", track_of_nobody, "Your progress is kept when"),
    Entry("track, visitor, begun", "track", track_begun_by_a_visitor, "1 of 4"),
    Entry(
        "track, visitor, finished",
        "track",
        track_finished_by_a_visitor,
        "Sign in to claim your certificate",
    ),
    Entry("track, first run", "track", track_not_begun, "No score yet"),
    Entry("track, half way", "track", track_half_way, "2 lessons to go until your"),
    Entry("track, finished", "track", track_finished, "Claim your certificate"),
    Entry("track, claimed", "track", track_certified, "See your certificate"),
    Entry(
        "track, withdrawn", "track", track_withdrawn, "You withdrew your certificate"
    ),
    Entry("track, a new lesson", "track", track_with_a_new_lesson, "New"),
    Entry("track, left", "track", track_that_was_left, "You left this track"),
    Entry("track, draft", "track", draft_track, "This track is a draft"),
    Entry("track, preview", "preview", track_by_preview_link, "This is a preview."),
    Entry("track, no lessons", "track", track_without_lessons, "No lessons have been"),
    Entry("track, 41 lessons", "track", long_track, "9 of 41 done"),
    Entry("track, right to left", "track", arabic_track, "التربة والماء"),
    Entry("track, right to left, claimed", "track", arabic_track_claimed, "2 of 3"),
    Entry("track, long title", "track", track_with_a_long_title, LONG_WORD),
    Entry("track, archived", "track", archived_track, "Not taught since"),
    Entry("track, archived, learned", "track", archived_track_of_a_learner, "Lesson 1"),
    Entry("search", "search", search_nothing, "Search the titles and the text"),
    Entry("search, found", "search", search_found, "2 lessons mention “water”"),
    Entry("search, long words", "search", search_found_long_words, LONG_WORD),
    Entry("search, second page", "search", search_found_many, "Previous page"),
    Entry("search, misspelt", "search", search_misspelt, "Did you mean"),
    Entry("search, nothing", "search", search_found_nothing, "Try fewer words"),
    Entry("privacy", "privacy", privacy, "Privacy"),
    Entry("accessibility", "accessibility", accessibility, "Accessibility"),
]
