/* What the three programs of this benchmark share: passing descriptors, the messages of
 * protocol/src/main/proto/pool.proto as far as they are needed, the frames of the helper's line. */
#ifndef FRAMES_H
#define FRAMES_H
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void die(const char *what) { perror(what); exit(1); }

static inline ssize_t send_with(int to, const void *bytes, size_t length, int fd) {
    struct iovec v = {(void *)bytes, length};
    union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr h; } u;
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = u.buf;
        m.msg_controllen = sizeof u.buf;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET; c->cmsg_type = SCM_RIGHTS; c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    return sendmsg(to, &m, MSG_NOSIGNAL);
}

static inline ssize_t receive_with(int from, void *bytes, size_t length, int *fd) {
    struct iovec v = {bytes, length};
    union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr h; } u;
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = u.buf, .msg_controllen = sizeof u.buf};
    ssize_t n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : 0;
    *fd = -1;
    if (c && c->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(c), sizeof *fd);
    return n;
}

static inline uint8_t *put_varint(uint8_t *at, uint64_t value) {
    for (; value > 127; value >>= 7) *at++ = (uint8_t)(value | 128);
    *at++ = (uint8_t)value;
    return at;
}

static inline const uint8_t *get_varint(const uint8_t *at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (int shift = 0; at < end && shift < 64; shift += 7) {
        *value |= (uint64_t)(*at & 127) << shift;
        if (!(*at++ & 128)) return at;
    }
    return 0; /* not all of it is there */
}

/* A message's fields as far as this benchmark looks: its id, which command or result it has, and the
 * first number in that. */
typedef struct { uint64_t id, number; int field; } message;

static inline message parse(const uint8_t *at, const uint8_t *end) {
    message m = {0, 0, 0};
    uint64_t tag, value;
    while (at && at < end && (at = get_varint(at, end, &tag)) && (at = get_varint(at, end, &value))) {
        if (tag == 8) { m.id = value; continue; }
        m.field = (int)(tag >> 3); /* all others have a length */
        const uint8_t *inner = at;
        if (value && *inner == 8) get_varint(inner + 1, at + value, &m.number);
        at += value;
    }
    return m;
}

enum { HELLO = 2, GET = 3, CLOSE = 5, WELCOME = 2, SESSION_OPENED = 3, DONE = 4 };

/* One frame: length, id, and one field with these bytes in it. */
static inline size_t frame(uint8_t *into, uint64_t id, int field, const void *inner, size_t length) {
    uint8_t body[64], *at = body;
    *at++ = 8;
    at = put_varint(at, id);
    *at++ = (uint8_t)(field << 3 | 2);
    at = put_varint(at, length);
    memcpy(at, inner, length);
    at += length;
    uint8_t *start = into;
    into = put_varint(into, (uint64_t)(at - body));
    memcpy(into, body, (size_t)(at - body));
    return (size_t)(into - start) + (size_t)(at - body);
}

/* The helper's line: type, 3 bytes of length (always 0 or 1 here), 4 bytes of id. */
static inline void line_frame(uint8_t *into, char type, uint32_t id) {
    into[0] = (uint8_t)type; into[1] = into[2] = into[3] = 0;
    into[4] = (uint8_t)(id >> 24); into[5] = (uint8_t)(id >> 16); into[6] = (uint8_t)(id >> 8); into[7] = (uint8_t)id;
}
static inline uint32_t line_id(const uint8_t *f) {
    return (uint32_t)f[4] << 24 | (uint32_t)f[5] << 16 | (uint32_t)f[6] << 8 | f[7];
}
#endif
