/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enters the program's own sandbox with one input and one output and then does what a parser taken over would do. Each
 * line of output: what was tried, "refused" or "done". Usage: sandbox_probe INPUT OUTPUT OTHER
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox.h"

static void tell(const char *what, bool done)
{
    printf("%s %s\n", what, done ? "done" : "refused");
}

static void try_open(const char *what, const char *path, int flags)
{
    const int file = open(path, flags, 0600);

    tell(what, file >= 0);
    if (file >= 0)
        close(file);
}

int main(int argc, char **argv)
{
    const struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(9)};
    int socket_of;

    if (argc != 4)
        return 2;
    sandbox_enter(&(struct sandbox){.inputs = (char *const[]){argv[1], NULL}, .output = argv[2], .verbose = true});
    try_open("read-input", argv[1], O_RDONLY);
    try_open("write-input", argv[1], O_WRONLY);
    try_open("write-output", argv[2], O_WRONLY | O_CREAT);
    try_open("read-other", argv[3], O_RDONLY);
    try_open("write-other", argv[3], O_WRONLY);
    try_open("read-passwords", "/etc/passwd", O_RDONLY);
    try_open("read-process", "/proc/self/environ", O_RDONLY);
    tell("remove-other", unlink(argv[3]) == 0);
    socket_of = socket(AF_INET, SOCK_STREAM, 0);
    tell("connect", connect(socket_of, (const struct sockaddr *)&here, sizeof here) == 0);
    fflush(stdout);
    execl("/bin/true", "true", (char *)NULL);
    tell("start-program", false);
    return 0;
}
