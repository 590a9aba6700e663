//! What a program in C needs beside its own calls: headers, and functions of our own.

use crate::code::write::Out;

/// What a header is needed for.
const HEADERS: [(&str, &str); 25] = [
    ("inet_", "arpa/inet.h"),
    ("errno", "errno.h"),
    ("fcntl(", "fcntl.h"),
    ("addrinfo", "netdb.h"),
    ("getnameinfo", "netdb.h"),
    ("gai_strerror", "netdb.h"),
    ("sockaddr_in", "netinet/in.h"),
    ("IPPROTO_", "netinet/in.h"),
    ("TCP_NODELAY", "netinet/tcp.h"),
    ("poll(", "poll.h"),
    ("signal(", "signal.h"),
    ("printf(", "stdio.h"),
    ("perror(", "stdio.h"),
    ("fopen(", "stdio.h"),
    ("exit(", "stdlib.h"),
    ("atoi(", "stdlib.h"),
    ("alloc(", "stdlib.h"),
    ("strerror(", "string.h"),
    ("memcpy(", "string.h"),
    ("socket(", "sys/socket.h"),
    ("send(", "sys/socket.h"),
    ("timeval", "sys/time.h"),
    ("ssize_t", "sys/types.h"),
    ("close(", "unistd.h"),
    ("usleep(", "unistd.h"),
];

/// Functions of our own; those that use others stand behind them.
const HELPERS: [(&str, &str); 10] = [
    (
        "check(",
        "static long check(long result, const char *call)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}",
    ),
    (
        "send_all(",
        "static long send_all(int fd, const char *data, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(fd, data + sent, size - sent, 0);
        if (count < 0)
            return -1;
        sent += count;
    }
    return size;
}",
    ),
    (
        "set_timeout(",
        "static void set_timeout(int fd, long microseconds)
{
    struct timeval time = {microseconds / 1000000, microseconds % 1000000};
    fcntl(fd, F_SETFL, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}",
    ),
    (
        "show_hex(",
        "static void show_hex(const char *name, const char *data, ssize_t size)
{
    printf(\"%s received %zd:\", name, size);
    for (ssize_t at = 0; at < size; at++)
        printf(\" %02x\", (unsigned char)data[at]);
    printf(\"\\n\");
}",
    ),
    (
        "repeat(",
        "static char *repeat(const char *unit, size_t size, size_t times)
{
    char *all = malloc(size * times);
    for (size_t at = 0; at < times; at++)
        memcpy(all + at * size, unit, size);
    return all;
}",
    ),
    (
        "read_file(",
        "static char *read_file(const char *name, size_t size)
{
    char *all = malloc(size);
    FILE *file = fopen(name, \"rb\");
    if (!file || fread(all, 1, size, file) < size) {
        perror(name);
        exit(1);
    }
    fclose(file);
    return all;
}",
    ),
    (
        "resolve(",
        "static void resolve(const char *host, struct sockaddr *address, socklen_t size)
{
    struct addrinfo hints = {.ai_family = address->sa_family}, *found;
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error) {
        fprintf(stderr, \"%s: %s\\n\", host, gai_strerror(error));
        exit(1);
    }
    memcpy(address, found->ai_addr, size);
}",
    ),
    (
        "show_address(",
        "static long show_address(const char *what, int fd, int get(int, struct sockaddr *, socklen_t *))
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[100], port[10];
    if (get(fd, (struct sockaddr *)&address, &size) < 0)
        return -1;
    getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    return printf(\"%s: %s %s\\n\", what, host, port);
}",
    ),
    (
        "show_addresses(",
        "static void show_addresses(const char *host, int family)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM}, *found = NULL;
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error)
        printf(\"getaddrinfo: %s\\n\", gai_strerror(error));
    for (; found; found = found->ai_next) {
        char name[100];
        getnameinfo(found->ai_addr, found->ai_addrlen, name, sizeof name, NULL, 0, NI_NUMERICHOST);
        printf(\"getaddrinfo: %s\\n\", name);
    }
}",
    ),
    (
        "show_option(",
        "static long show_option(const char *what, int fd, int level, int option)
{
    int value[2] = {0};
    socklen_t size = sizeof value;
    if (getsockopt(fd, level, option, value, &size) < 0)
        return -1;
    if (size == sizeof value)
        return printf(\"%s: %d, %d\\n\", what, value[0], value[1]);
    return printf(\"%s: %d\\n\", what, value[0]);
}",
    ),
];

/// The functions that a program uses, in an order in which each is known before it is used.
pub(super) fn functions(program: &Out) -> Out {
    let mut functions = Out::default();
    for (name, text) in HELPERS.iter().rev() {
        if program.has(name) || functions.has(name) {
            let mut more = Out::default();
            more.put(text);
            more.put("");
            more.lines.append(&mut functions.lines);
            functions = more;
        }
    }
    functions
}

/// The lines that include the headers of what `has` finds in the program.
pub(super) fn includes(has: impl Fn(&str) -> bool) -> Vec<String> {
    let (mut lines, mut before) = (Vec::new(), "");
    for (word, header) in HEADERS {
        if header != before && has(word) {
            lines.push(["#include <", header, ">"].concat());
            before = header;
        }
    }
    lines
}
