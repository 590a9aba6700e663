# server.py: Written by Sockscope: the calls of a session.
# Run: python3 server.py [8888]
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8888

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", PORT))
server.listen(5)
conn, address = server.accept()
data = conn.recv(1024)
print(f"conn received {len(data)}: {data.decode(errors='replace')}")
conn.sendall(data)
data = conn.recv(1024)  # 0 bytes: the peer sends no more
print(f"conn received {len(data)}: {data.decode(errors='replace')}")
conn.close()
server.close()
