// server.c: 由 Sockscope 生成：一次会话中的调用。
// 运行： cc -o server server.c && ./server [9999]
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
    struct sockaddr_storage peer;
    socklen_t peer_size;
    static char buffer[1024];
    ssize_t count;

    int server = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    check(bind(server, (struct sockaddr *)&address, sizeof address), "bind");
    peer_size = sizeof peer;
    count = check(recvfrom(server, buffer, 1024, 0, (struct sockaddr *)&peer, &peer_size), "recvfrom");
    printf("server received %zd: %.*s\n", count, (int)count, buffer);
    check(sendto(server, buffer, count, 0, (struct sockaddr *)&peer, peer_size), "sendto");
    check(close(server), "close");
    return 0;
}
