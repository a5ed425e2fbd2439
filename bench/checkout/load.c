/* load SECONDS CLIENTS PROGRAM [WORD...] - starts a server with its socket on descriptor 3, connects so many clients, and
 * lets each get a session and close it again, over and over. Prints one line of JSON: gets a second, the time of a get
 * (from asking until the descriptor is there), and the CPU that the server's process used for each. */
#include "frames.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

typedef struct { int socket; long gets; float *took; long room; } client;
static volatile int started, stopped;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }

/* Reads until the reply with this id is there; what it carries, and its descriptor. */
static message await(client *c, uint8_t *in, size_t *have, uint64_t id, int *fd) {
    *fd = -1;
    for (;;) {
        const uint8_t *at = in, *end = in + *have, *body;
        uint64_t length;
        message found = {0, 0, 0};
        while ((body = get_varint(at, end, &length)) && body + length <= end) {
            message m = parse(body, body + length);
            at = body + length;
            if (m.id == id) { found = m; break; }
        }
        *have = (size_t)(end - at);
        memmove(in, at, *have);
        if (found.field) return found;
        int came;
        ssize_t n = receive_with(c->socket, in + *have, 4096 - *have, &came);
        if (n <= 0) { fprintf(stderr, "load: the server hung up\n"); exit(1); }
        if (came >= 0) *fd = came;
        *have += (size_t)n;
    }
}

static void ask(client *c, uint64_t id, int field, const void *inner, size_t length) {
    uint8_t out[64];
    size_t n = frame(out, id, field, inner, length);
    if (write(c->socket, out, n) != (ssize_t)n) die("write");
}

static void *run(void *argument) {
    client *c = argument;
    uint8_t in[4096], number[16] = {8};
    size_t have = 0;
    uint64_t id = 1;
    int fd;
    ask(c, id, HELLO, "\010\001", 2);
    await(c, in, &have, id, &fd);
    while (!started) usleep(1000);
    while (!stopped) {
        double begin = now();
        ask(c, ++id, GET, "\012\005bench", 7);
        message m = await(c, in, &have, id, &fd);
        double took = now() - begin;
        if (m.field != SESSION_OPENED || fd < 0) { fprintf(stderr, "load: no session: result %d\n", m.field); exit(1); }
        if (c->gets < c->room) c->took[c->gets] = (float)(took * 1e6);
        c->gets++;
        close(fd);
        ask(c, ++id, CLOSE, number, (size_t)(put_varint(number + 1, m.number) - number));
        await(c, in, &have, id, &fd);
    }
    return 0;
}

static int compare(const void *a, const void *b) { float x = *(const float *)a, y = *(const float *)b; return x < y ? -1 : x > y; }

static double cpu_of(pid_t pid) {
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int f = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(f, text, sizeof text - 1);
    close(f);
    if (n <= 0) return 0;
    text[n] = 0;
    sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv) {
    if (argc < 4) { fprintf(stderr, "usage: load SECONDS CLIENTS PROGRAM [WORD...]\n"); return 2; }
    double seconds = atof(argv[1]);
    int clients = atoi(argv[2]), pair[2];
    if (clients < 1 || clients > 1024 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) return 2;
    signal(SIGPIPE, SIG_IGN);
    pid_t server = fork();
    if (!server) {
        dup2(pair[1], 100); /* out of the way, if it is 3 already */
        dup2(100, 3);
        close(100);
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    close(pair[1]);
    pthread_t *threads = calloc((size_t)clients, sizeof *threads);
    client *all = calloc((size_t)clients, sizeof *all);
    for (int i = 0; i < clients; i++) {
        char c;
        if (write(pair[0], "x", 1) != 1 || receive_with(pair[0], &c, 1, &all[i].socket) != 1) die("connect");
        all[i].room = 4000000 / clients;
        all[i].took = malloc(sizeof(float) * (size_t)all[i].room);
        pthread_create(&threads[i], 0, run, &all[i]);
    }
    started = 1;
    usleep((useconds_t)(seconds * 1e6)); /* the warm-up: for a JIT as long as the measurement */
    for (int i = 0; i < clients; i++) all[i].gets = 0; /* a get counted or lost here is one in thousands */
    double begin = now(), cpu = cpu_of(server);
    usleep((useconds_t)(seconds * 1e6));
    double wall = now() - begin;
    cpu = cpu_of(server) - cpu;
    long gets = 0, kept = 0;
    for (int i = 0; i < clients; i++) gets += all[i].gets;
    stopped = 1;
    for (int i = 0; i < clients; i++) pthread_join(threads[i], 0);
    for (int i = 0; i < clients; i++) kept += all[i].gets < all[i].room ? all[i].gets : all[i].room;
    float *took = malloc(sizeof(float) * (size_t)(kept + 1));
    long n = 0;
    for (int i = 0; i < clients; i++) {
        long k = all[i].gets < all[i].room ? all[i].gets : all[i].room;
        memcpy(took + n, all[i].took, sizeof(float) * (size_t)k);
        n += k;
    }
    qsort(took, (size_t)n, sizeof *took, compare);
    close(pair[0]); /* nobody can ask any more: the server ends */
    int status;
    waitpid(server, &status, 0);
    printf("{\"clients\":%d,\"gets_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"server_cpu_us\":%.1f,\"server_exit\":%d}\n", clients,
        (double)gets / wall, n ? (double)took[n / 2] : -1.0, n ? (double)took[n * 99 / 100] : -1.0,
        gets ? cpu / (double)gets * 1e6 : -1.0, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
