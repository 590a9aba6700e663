// client.c: Written by Sockscope: the calls of a session.
// Run: cc -o client client.c && ./client [8888]
// Start server first.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void show_hex(const char *name, const char *data, ssize_t size)
{
    printf("%s received %zd:", name, size);
    for (ssize_t at = 0; at < size; at++)
        printf(" %02x", (unsigned char)data[at]);
    printf("\n");
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
    check(shutdown(client, SHUT_WR), "shutdown");
    count = check(recv(client, buffer, 1024, 0), "recv");
    show_hex("client", buffer, count);
    if (recv(client, buffer, 64, 0) < 0)
        printf("client recv: %s\n", strerror(errno)); // ECONNRESET
    check(close(client), "close");
    return 0;
}
