# client.py: 由 Sockscope 生成：一次会话中的调用。
# 运行： python3 client.py [9999]
# 请先启动 server。
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 9999

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"hello", ("127.0.0.1", PORT))
data, address = client.recvfrom(1024)
print(f"client received {len(data)}: {data.decode(errors='replace')}")
client.close()
