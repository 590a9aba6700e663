# client.py: Written by Sockscope: the calls of a session.
# Run: python3 client.py [8888]
# Start server first.
import errno
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8888

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", PORT))
client.shutdown(socket.SHUT_WR)
data = client.recv(1024)
print(f"client received {len(data)}: {data.hex(' ')}")
try:
    client.recv(64)
except OSError as error:
    print("client recv:", errno.errorcode[error.errno])  # ECONNRESET
client.close()
