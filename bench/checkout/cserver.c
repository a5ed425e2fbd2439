/* cserver HELPER PROCESSES - the least server that answers the same clients with the same system calls as Carpool: a
 * thread a client, a socketpair a session, both ends passed on by sendmsg, DONE read by one epoll thread, requests that
 * find no free process kept in order. One application, a fixed number of processes, nothing else. */
#include "frames.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#define MOST_PROCESSES 64
#define MOST_WAITING 4096

typedef struct { int socket; uint64_t sessions; } client;
typedef struct { client *who; uint64_t id; } waiter;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int processes, lines[MOST_PROCESSES], idle[MOST_PROCESSES], idle_count;
static pid_t pids[MOST_PROCESSES];
static waiter waiting[MOST_WAITING];
static unsigned first_waiting, after_waiting, next_session;

static void reply(client *to, uint64_t id, int field, const void *inner, size_t length, int fd) {
    uint8_t out[96];
    size_t n = frame(out, id, field, inner, length);
    if (send_with(to->socket, out, n, fd) != (ssize_t)n) shutdown(to->socket, SHUT_RDWR);
}

static void hand_over(waiter to, int process, unsigned session) {
    int pair[2];
    uint8_t serve[8], opened[32], *at = opened;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die("socketpair");
    line_frame(serve, 'S', session);
    if (send_with(lines[process], serve, 8, pair[1]) != 8) die("a process is gone");
    close(pair[1]);
    *at++ = 8; at = put_varint(at, to.who->sessions++);
    *at++ = 16; at = put_varint(at, (uint64_t)pids[process]);
    memcpy(at, "\032\004scgi", 6); at += 6;
    reply(to.who, to.id, SESSION_OPENED, opened, (size_t)(at - opened), pair[0]);
    close(pair[0]);
}

static void *converse(void *argument) {
    client *me = argument;
    uint8_t in[4096];
    size_t have = 0;
    for (;;) {
        ssize_t n = read(me->socket, in + have, sizeof in - have);
        if (n <= 0) break;
        have += (size_t)n;
        const uint8_t *at = in, *end = in + have, *body;
        uint64_t length;
        while ((body = get_varint(at, end, &length)) && body + length <= end) {
            message m = parse(body, body + length);
            at = body + length;
            if (m.field == GET) {
                waiter w = {me, m.id};
                int process = -1;
                pthread_mutex_lock(&lock);
                unsigned session = next_session++;
                if (idle_count) process = idle[--idle_count];
                else waiting[after_waiting++ % MOST_WAITING] = w;
                pthread_mutex_unlock(&lock);
                if (process >= 0) hand_over(w, process, session);
            } else {
                uint8_t welcome[2] = {8, 1};
                reply(me, m.id, m.field == HELLO ? WELCOME : DONE, welcome, m.field == HELLO ? 2 : 0, -1);
            }
        }
        have = (size_t)(end - at);
        memmove(in, at, have);
    }
    return 0; /* its socket stays open: a waiter may still point to it; this server lives for one run */
}

static void *read_lines(void *argument) {
    int epoll = *(int *)argument;
    struct epoll_event events[64];
    uint8_t in[4096];
    for (;;) {
        int n = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < n; i++) {
            int process = events[i].data.fd;
            ssize_t got = read(lines[process], in, sizeof in);
            if (got <= 0) exit(1);
            for (ssize_t at = 0; at + 8 <= got; at += 8) {
                waiter w = {0, 0};
                pthread_mutex_lock(&lock);
                unsigned session = next_session++;
                if (first_waiting != after_waiting) w = waiting[first_waiting++ % MOST_WAITING];
                else idle[idle_count++] = process;
                pthread_mutex_unlock(&lock);
                if (w.who) hand_over(w, process, session);
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: cserver HELPER PROCESSES < server socket on descriptor 3\n"); return 2; }
    processes = atoi(argv[2]);
    if (processes < 1 || processes > MOST_PROCESSES) return 2;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < processes; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die("socketpair");
        if (!(pids[i] = fork())) { dup2(pair[1], 0); close(3); execl(argv[1], argv[1], (char *)0); _exit(127); }
        close(pair[1]);
        lines[i] = pair[0];
        uint8_t ready[8];
        if (read(lines[i], ready, 8) != 8) die("a process is not ready");
        idle[idle_count++] = i;
        struct epoll_event e = {.events = EPOLLIN, .data.fd = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, lines[i], &e);
    }
    pthread_t thread;
    pthread_create(&thread, 0, read_lines, &epoll);
    char wake;
    while (read(3, &wake, 1) == 1) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die("socketpair");
        if (send_with(3, "c", 1, pair[1]) != 1) die("sendmsg");
        close(pair[1]);
        client *c = calloc(1, sizeof *c);
        c->socket = pair[0];
        pthread_create(&thread, 0, converse, c);
        pthread_detach(thread);
    }
    exit(0); /* the ends of the lines end the processes */
}
