"""A TCP echo through a Sockscope bridge: both ends are sockets of the bridge, driven from here.

    pip install websockets
    python3 examples/tcp_echo.py

asks for the URL that the bridge printed. (The URL holds the token, so it is not an argument: the
arguments of a process can be read by everybody on the machine.) The messages are specified in
protocol/SPECIFICATION.md.
"""

import asyncio
import itertools
import json
import struct
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

# kind, flags, family, 0, socket, call, seq, time, offset, size, port, 0, address, scope, 0
HEADER = struct.Struct("<BBBBIQQQQIHH16sII")
SENDALL, RECEIVED = 2, 17
SESSION_ENDED = 4006


class Bridge:
    """Makes calls and waits for their ends."""

    def __init__(self, websocket):
        self.websocket = websocket
        self.numbers = itertools.count(1)
        self.waiting = {}  # call -> what its end resolves
        self.received = {}  # call -> bytes

    async def follow(self):
        """Reads the session's log until the session ends."""
        try:
            async for message in self.websocket:
                self.take(message)
        except ConnectionClosedError as closed:
            if closed.rcvd is None or closed.rcvd.code != SESSION_ENDED:
                raise

    def take(self, message):
        if isinstance(message, bytes):
            kind, _, _, _, _, call, *_ = HEADER.unpack_from(message)
            if kind == RECEIVED:
                self.received[call] = self.received.get(call, b"") + message[HEADER.size :]
            return
        message = json.loads(message)
        if message["kind"] == "event" and message["event"]["type"] == "returned":
            event = message["event"]
            self.end(event["call"], event["outcome"])
        elif message["kind"] in ("rejected", "duplicate"):
            self.end(message["call"], message)

    def end(self, call, outcome):
        if call in self.waiting:
            self.waiting.pop(call).set_result(outcome)

    async def make(self, send):
        """Makes a call; returns its number and what it returned."""
        call = next(self.numbers)
        end = self.waiting[call] = asyncio.get_running_loop().create_future()
        await self.websocket.send(send(call))
        outcome = await end
        if "ok" not in outcome:
            raise OSError(outcome)
        return call, outcome["ok"]

    async def call(self, op, **arguments):
        request = {"op": op, **arguments}
        _, value = await self.make(
            lambda call: json.dumps({"kind": "call", "call": call, "request": request})
        )
        return value

    async def socket(self):
        value = await self.call("socket", family="AF_INET", type="SOCK_STREAM")
        return value["socket"]["socket"]

    async def sendall(self, socket, data):
        def message(call):
            fields = (SENDALL, 0, 0, 0, socket, call, 0, 0, 0, len(data), 0, 0, bytes(16), 0, 0)
            return HEADER.pack(*fields) + data

        await self.make(message)

    async def recv(self, socket, size):
        request = {"op": "recv", "socket": socket, "size": size}
        call, _ = await self.make(
            lambda call: json.dumps({"kind": "call", "call": call, "request": request})
        )
        return self.received.pop(call, b"")


async def echo(bridge):
    """What every socket tutorial does."""
    server = await bridge.socket()
    await bridge.call("bind", socket=server, address={"host": "127.0.0.1", "port": 0})
    await bridge.call("listen", socket=server, backlog=1)
    name = await bridge.call("getsockname", socket=server)
    host, port = name["address"].rsplit(":", 1)
    print(f"the server listens on {host}:{port}")

    client = await bridge.socket()
    await bridge.call("connect", socket=client, address={"host": host, "port": int(port)})
    accepted = await bridge.call("accept", socket=server)
    connection = accepted["socket"]["socket"]
    print(f"the server accepted {accepted['socket']['peer']}")

    await bridge.sendall(client, "Hello, 套接字!".encode())
    request = await bridge.recv(connection, 1024)
    await bridge.sendall(connection, request)
    answer = await bridge.recv(client, 1024)
    print(f"the client received {answer.decode()!r}")

    for socket in (client, connection, server):
        await bridge.call("close", socket=socket)


async def main():
    url = urlsplit(input("The URL that the bridge printed: "))
    token = url.fragment.removeprefix("token=")
    address = f"ws://{url.netloc}/ws"
    # A message of the bridge may be as long as its limit `message_bytes` and a header.
    async with connect(address, subprotocols=["sockscope.v1"], max_size=2**21) as websocket:
        await websocket.send(json.dumps({"kind": "hello", "version": 1, "token": token}))
        welcome = json.loads(await websocket.recv())
        if welcome["kind"] != "welcome":
            raise SystemExit(welcome["message"])
        print(f"welcome to Sockscope {welcome['bridge']}, which reaches {welcome['policy']['connect']}")
        bridge = Bridge(websocket)
        following = asyncio.create_task(bridge.follow())
        await echo(bridge)
        await websocket.send(json.dumps({"kind": "end"}))
        await following


if __name__ == "__main__":
    asyncio.run(main())
