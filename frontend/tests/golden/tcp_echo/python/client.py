# client.py: Written by Sockscope: the calls of a session.
# Run: python3 client.py [8888]
# Start server first.
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8888

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", PORT))
client.sendall("你好, world\n".encode())
data = client.recv(1024)
print(f"client received {len(data)}: {data.decode(errors='replace')}")
client.close()
