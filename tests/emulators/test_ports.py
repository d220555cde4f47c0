from argparse import ArgumentTypeError

import pytest

from emulators.ports import any_port, base_port


def test_every_port_of_the_platform_fits_behind_the_highest_base():
    assert (base_port("1"), base_port("7071"), base_port("65526")) == (1, 7071, 65526)
    assert (any_port("0"), any_port("65535")) == (0, 65535)


@pytest.mark.parametrize("text", ["65527", "0", "-1", "7_071", " 7071", "a", "", "²"])
def test_another_base_is_refused(text):
    with pytest.raises(ArgumentTypeError, match="is not a number from 1 to 65526"):
        base_port(text)
