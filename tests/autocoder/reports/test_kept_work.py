from autocoder.models import MAX_REASON_LENGTH
from autocoder.reports.kept_work import kept_words, with_kept
from autocoder.rounds import Round
from autocoder.runs.files import UNPUBLISHED

PLACE = Round("a" * 20, 1)


def test_says_where_the_work_is_for_how_long_and_who_can_read_it():
    words = kept_words("The work", PLACE, UNPUBLISHED, 1)
    assert words.startswith("The work is kept for 1 day in blob ")
    assert f"{'a' * 20}/1/unpublished.tar` (Storage Blob Data Reader)." in words
    assert "30 days" in kept_words("The work", PLACE, UNPUBLISHED, 30)


def test_a_long_reason_is_cut_and_the_place_of_the_work_is_not():
    words = kept_words("The work", PLACE, UNPUBLISHED, 30)
    reason = with_kept("x" * 5_000, words)
    assert len(reason) == MAX_REASON_LENGTH
    assert reason.endswith(f"x\n\n{words}")
    assert with_kept("", words) == words
