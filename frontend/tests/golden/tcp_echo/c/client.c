// client.c: Written by Sockscope: the calls of a session.
// Run: cc -o client client.c && ./client [8888]
// Start server first.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static long check(long result, const char *call)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}

static long send_all(int fd, const char *data, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(fd, data + sent, size - sent, 0);
        if (count < 0)
            return -1;
        sent += count;
    }
    return size;
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 8888;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    static char buffer[1024];
    ssize_t count;

    int client = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(connect(client, (struct sockaddr *)&address, sizeof address), "connect");
    check(send_all(client, "你好, world\n", 14), "sendall");
    count = check(recv(client, buffer, 1024, 0), "recv");
    printf("client received %zd: %.*s\n", count, (int)count, buffer);
    check(close(client), "close");
    return 0;
}
