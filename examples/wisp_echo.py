"""A TCP connection through the relay, with PyPI's websockets:

    pip install websockets
    python wisp_echo.py ws://127.0.0.1:7878/wisp/TOKEN/ localhost 8888

Wisp 1.2: https://github.com/MercuryWorkshop/wisp-protocol
"""

import asyncio
import struct
import sys

from websockets.asyncio.client import connect

CONNECT, DATA, CONTINUE, CLOSE = 1, 2, 3, 4
TCP = 1
VOLUNTARY = 2


def packet(kind, stream, payload=b""):
    return struct.pack("<BI", kind, stream) + payload


async def main(url, host, port):
    async with connect(url, compression=None, max_size=None) as websocket:
        kind, stream, credit = struct.unpack("<BII", await websocket.recv())
        assert (kind, stream) == (CONTINUE, 0)
        target = struct.pack("<BH", TCP, int(port)) + host.encode()
        await websocket.send(packet(CONNECT, 1, target))
        # So many packets may be sent before the bridge says CONTINUE again.
        assert credit > 0
        sent = "Hello, 套接字!".encode()
        await websocket.send(packet(DATA, 1, sent))
        received = b""
        while len(received) < len(sent):
            message = await websocket.recv()
            kind, stream = struct.unpack_from("<BI", message)
            if kind == DATA:
                received += message[5:]
            elif kind == CLOSE:
                sys.exit(f"closed, reason {message[5]:#x}")
        print("received", repr(received.decode()))
        await websocket.send(packet(CLOSE, 1, bytes([VOLUNTARY])))


asyncio.run(main(*sys.argv[1:]))
