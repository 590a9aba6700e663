// client.c: 由 Sockscope 生成：一次会话中的调用。
// 运行： cc -o client client.c && ./client [9999]
// 请先启动 server。
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

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 9999;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    static char buffer[1024];
    ssize_t count;

    int client = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    check(sendto(client, "hello", 5, 0, (struct sockaddr *)&address, sizeof address), "sendto");
    count = check(recvfrom(client, buffer, 1024, 0, NULL, NULL), "recvfrom");
    printf("client received %zd: %.*s\n", count, (int)count, buffer);
    check(close(client), "close");
    return 0;
}
