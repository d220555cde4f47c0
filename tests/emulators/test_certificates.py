import ssl
from concurrent.futures import ThreadPoolExecutor

from emulators.certificates import ensure_certificates


def test_gives_every_program_the_same_certificates_also_when_all_ask_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ensure_certificates(tmp_path), range(8)))
    assert len({files.key.read_bytes() for files in made}) == 1
    assert isinstance(made[0].server_context(), ssl.SSLContext)


def test_keeps_the_private_key_for_its_owner(tmp_path):
    assert ensure_certificates(tmp_path).key.stat().st_mode & 0o077 == 0
