"""Records a session of a Sockscope bridge into a file that the page opens and plays.

    pip install websockets
    python3 examples/record.py echo.sockscope.jsonl --port 8888 --pause 0.4

asks for the URL that the bridge printed, and makes the session of examples/echo.sockscope.jsonl: three
sends that arrive in one recv, an answer that is received in pieces, a half-close, and a connection
that is reset because nobody read what it brought. The format of the file is described in
frontend/src/recording/RECORDING.md, the messages in protocol/SPECIFICATION.md.
"""

import argparse
import asyncio
import base64
import ipaddress
import json
from urllib.parse import urlsplit

from tcp_echo import HEADER, RECEIVED, Bridge
from websockets.asyncio.client import connect

FLAGS = {1: "peek", 2: "truncated", 4: "datagram", 8: "omitted"}


def dump(message):
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def first_line(welcome):
    """Says what the file is, and nothing that lets anybody into the session."""
    head = {"format": "sockscope-recording", "format_version": 1}
    secrets = ("session", "view")
    return dump(head | {name: value for name, value in welcome.items() if name not in secrets})


def data_line(message):
    """What travels as a binary message stands in the file as JSON."""
    kind, flags, family, _, socket, call, seq, time, offset, size, port, _, address, *_ = (
        HEADER.unpack_from(message)
    )
    event = {
        "type": "received" if kind == RECEIVED else "sent",
        "call": call,
        "socket": socket,
        "offset": offset,
        "size": size,
    }
    if flags:
        event["flags"] = [name for bit, name in FLAGS.items() if flags & bit]
    if family == 4:
        event["address"] = f"{ipaddress.ip_address(address[:4])}:{port}"
    elif family == 6:
        event["address"] = f"[{ipaddress.ip_address(address)}]:{port}"
    event["payload"] = base64.b64encode(message[HEADER.size :]).decode()
    return dump({"kind": "event", "seq": seq, "time": time, "event": event})


class Recorder(Bridge):
    """Writes down the log of the session that it makes."""

    def __init__(self, websocket, file, pause):
        super().__init__(websocket)
        self.file = file
        self.pause = pause

    def take(self, message):
        if isinstance(message, bytes):
            print(data_line(message), file=self.file)
        elif json.loads(message)["kind"] in ("event", "truncated"):
            print(message, file=self.file)
        super().take(message)

    async def make(self, send):
        await asyncio.sleep(self.pause)
        return await super().make(send)


async def pair(bridge, server, port):
    """A client, and the connection that the waiting server gets by it."""
    accept = asyncio.create_task(bridge.call("accept", socket=server))
    client = await bridge.socket()
    address = {"host": "127.0.0.1", "port": port}
    await bridge.call("connect", socket=client, address=address)
    return client, (await accept)["socket"]["socket"]


async def session(bridge, port):
    server = await bridge.socket()
    await bridge.call("bind", socket=server, address={"host": "127.0.0.1", "port": port})
    await bridge.call("listen", socket=server, backlog=5)
    name = await bridge.call("getsockname", socket=server)
    port = int(name["address"].rsplit(":", 1)[1])

    client, connection = await pair(bridge, server, port)
    for part in ("Hello, ", "套接字", "!\n"):
        await bridge.sendall(client, part.encode())
    request = await bridge.recv(connection, 1024)
    await bridge.sendall(connection, request)
    await bridge.recv(client, 7)
    await bridge.recv(client, 1024)
    await bridge.call("shutdown", socket=client, how="SHUT_WR")
    await bridge.recv(connection, 1024)
    await bridge.sendall(connection, b"Goodbye.\n")
    await bridge.recv(client, 1024)
    await bridge.call("close", socket=connection)
    await bridge.recv(client, 1024)
    await bridge.call("close", socket=client)

    client, connection = await pair(bridge, server, port)
    await bridge.sendall(client, b"Nobody reads this.\n")
    await bridge.call("close", socket=connection)
    try:
        await bridge.recv(client, 1024)
    except OSError:
        pass  # ECONNRESET
    for socket in (client, server):
        await bridge.call("close", socket=socket)


async def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file")
    arguments.add_argument("--port", type=int, default=0, help="of the server; 0: any free one")
    arguments.add_argument("--pause", type=float, default=0, help="seconds before each call")
    arguments = arguments.parse_args()
    url = urlsplit(input("The URL that the bridge printed: "))
    token = url.fragment.removeprefix("token=")
    address = f"ws://{url.netloc}/ws"
    with open(arguments.file, "w", encoding="utf-8", newline="\n") as file:
        async with connect(address, subprotocols=["sockscope.v1"], max_size=2**21) as websocket:
            await websocket.send(dump({"kind": "hello", "version": 1, "token": token}))
            welcome = json.loads(await websocket.recv())
            if welcome["kind"] != "welcome":
                raise SystemExit(welcome["message"])
            print(first_line(welcome), file=file)
            recorder = Recorder(websocket, file, arguments.pause)
            following = asyncio.create_task(recorder.follow())
            await session(recorder, arguments.port)
            await websocket.send(dump({"kind": "end"}))
            await following


if __name__ == "__main__":
    asyncio.run(main())
