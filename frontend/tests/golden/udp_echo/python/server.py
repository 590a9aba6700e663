# server.py: 由 Sockscope 生成：一次会话中的调用。
# 运行： python3 server.py [9999]
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 9999

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", PORT))
data, peer = server.recvfrom(1024)
print(f"server received {len(data)}: {data.decode(errors='replace')}")
server.sendto(data, peer)
server.close()
