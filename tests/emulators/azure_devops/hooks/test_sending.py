"""One delivery to a web hook, and the record of its answer."""

import asyncio

import aiohttp

from emulators.azure_devops.hooks.sending import MAX_ANSWER_BYTES, send

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def answer_to_a_delivery(*pieces):
    """The answer as recorded, from a web hook that sends *pieces* one after the other."""

    async def web_hook(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for piece in (HEAD, *pieces):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.close()

    async def deliver():
        server = await asyncio.start_server(web_hook, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        async with server, aiohttp.ClientSession() as session:
            return await send(session, {"url": url}, {})

    return asyncio.run(deliver()).answer


def test_records_an_answer_that_arrives_in_several_pieces():
    assert answer_to_a_delivery(b"first, ", b"second") == "first, second"


def test_cuts_a_long_answer():
    pieces = [b"x" * (MAX_ANSWER_BYTES // 2 + 1)] * 3
    assert len(answer_to_a_delivery(*pieces)) == MAX_ANSWER_BYTES
