// server.c: Written by Sockscope: the calls of a session.
// Run: cc -o server server.c && ./server [8888]
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

    int server = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(server, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(server, 5), "listen");
    int conn = check(accept(server, NULL, NULL), "accept");
    check(setsockopt(conn, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)), "setsockopt");
    count = check(recv(conn, buffer, 1024, 0), "recv"); // 0 bytes: the peer sends no more
    printf("conn received %zd: %.*s\n", count, (int)count, buffer);
    check(send_all(conn, "\x00\xff?", 3), "sendall");
    check(close(conn), "close");
    check(close(server), "close");
    return 0;
}
