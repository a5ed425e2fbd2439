/* helper - the least that keeps spawn-helpers/CONTRACT.md: takes a connection, waits for its end, says DONE.
 * Both servers of this benchmark have it as their application process, so it costs both the same. */
#include "frames.h"
#include <fcntl.h>

int main(void) {
    int line = fcntl(0, F_DUPFD_CLOEXEC, 10), null = open("/dev/null", O_RDONLY), fd;
    dup2(null, 0);
    close(null);
    uint8_t f[8], bytes[256];
    line_frame(f, 'R', 1);
    if (write(line, f, 8) != 8) return 1;
    for (;;) {
        ssize_t n = receive_with(line, f, 8, &fd);
        if (n != 8 || f[0] == 'Q') return 0;
        if (f[0] != 'S' || fd < 0) return 70;
        while (read(fd, bytes, sizeof bytes) > 0) {}
        f[0] = 'D';
        if (write(line, f, 8) != 8) return 0;
        close(fd);
    }
}
