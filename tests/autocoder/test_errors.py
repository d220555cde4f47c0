from autocoder.errors import MAX_MESSAGE_LENGTH, AutocoderError

SECRET = "abcDEF123456-_.~+/=%"


def test_a_message_is_one_line_of_bounded_length():
    message = str(AutocoderError("first\nsecond " * 1000, next_step=""))
    assert "\n" not in message
    assert len(message) <= MAX_MESSAGE_LENGTH


def test_a_message_shows_no_query_and_no_user():
    assert (
        AutocoderError("see https://user:word@host/path?sig=abc now").message == "see https://host/path now"
    )


def test_a_cut_message_ends_with_a_whole_word():
    for length in range(MAX_MESSAGE_LENGTH - 60, MAX_MESSAGE_LENGTH + 1):
        message = AutocoderError(" " * 3 + "x" * length + f" {SECRET * 3} end").message
        assert SECRET * 3 in message or SECRET[:4] not in message
