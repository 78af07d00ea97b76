# §8.9 asyncio streams: an echo server with a hundred clients on the loopback.
import asyncio


async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def client(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for turn in range(3):
        writer.write(f"client {number} turn {turn}\n".encode())
        await writer.drain()
        answers.append((await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        answers = await asyncio.gather(*(client(port, n) for n in range(100)))
    print(len(answers), answers[0], answers[99])
    print(all(a == [f"CLIENT {n} TURN {t}" for t in range(3)] for n, a in enumerate(answers)))
    print(server.is_serving(), len(asyncio.all_tasks()))


asyncio.run(main())
