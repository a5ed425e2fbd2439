/*
 * The least that runs CGI programs: some processes that take connections from one listening socket, read an SCGI header,
 * fork, and execute a program with the connection as its standard output. No pool, no limit, no log, no look at what it prints.
 *
 *     bare SOCKET PROCESSES FOLDER
 */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGEST = 65536, VARIABLES = 256 };

static void serve(int connection, const char *folder)
{
    static char request[LARGEST];
    static char words[2 * LARGEST];
    char *environment[VARIABLES], path[4096], *end = words;
    long size = 0, got = read(connection, request, sizeof request - 1);
    int count = 0;
    const char *uri = "";
    if (got <= 0)
        return;
    request[got] = 0;
    char *header = strchr(request, ':');
    if (!header++ || (size = atol(request)) > got - (header - request))
        return;
    for (char *name = header; name < header + size && count < VARIABLES - 1;) {
        char *value = name + strlen(name) + 1;
        environment[count++] = end;
        end += sprintf(end, "%s=%s", name, value) + 1;
        if (!strcmp(name, "DOCUMENT_URI"))
            uri = value;
        name = value + strlen(value) + 1;
    }
    environment[count] = NULL;
    snprintf(path, sizeof path, "%s%s", folder, uri);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {path, NULL};
        dup2(connection, 1);
        execve(path, arguments, environment);
        _exit(1);
    }
    close(connection);
    waitpid(child, NULL, 0);
}

int main(int count, char **words)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count != 4 || strlen(words[1]) >= sizeof address.sun_path)
        return 2;
    strcpy(address.sun_path, words[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror(words[1]);
        return 1;
    }
    for (int i = 1; i < atoi(words[2]); i++)
        if (fork() == 0)
            break;
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection >= 0)
            serve(connection, words[3]);
    }
}
