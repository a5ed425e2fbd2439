package dev.carpool.descriptor;

/** The kernel's reasons that a pool server meets. */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  ESRCH(3, "no such process"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "nobody is at its other end"),
  EBADF(9, "not an open descriptor"),
  EAGAIN(11, "would block"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EEXIST(17, "exists already"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "the system has too many open files"),
  EMFILE(24, "this process has too many open files"),
  ENOTTY(25, "not a terminal"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on device"),
  EROFS(30, "read-only file system"),
  EPIPE(32, "nobody reads any more"),
  ERANGE(34, "out of range"),
  ENAMETOOLONG(36, "name too long"),
  ELOOP(40, "a symbolic link, or too many of them"),
  EPROTO(71, "protocol error"),
  ENOTSOCK(88, "not a socket"),
  EPROTOTYPE(91, "a socket of another type"),
  EPROTONOSUPPORT(93, "protocol not supported"),
  EAFNOSUPPORT(97, "address family not supported"),
  EADDRINUSE(98, "address in use"),
  EADDRNOTAVAIL(99, "address not available"),
  ECONNABORTED(103, "connection aborted"),
  ECONNRESET(104, "connection reset by peer"),
  ENOBUFS(105, "no buffer space"),
  ENOTCONN(107, "not connected"),
  ETOOMANYREFS(109, "too many descriptors in flight"),
  ETIMEDOUT(110, "timed out"),
  ECONNREFUSED(111, "connection refused, nobody listens"),
  EINPROGRESS(115, "in progress"),
  EDQUOT(122, "the user's share of the disk is full"),
  OTHER(0, "another error");

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  String meaning() {
    return meaning;
  }

  boolean is(int number) {
    return this.number == number;
  }

  static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return OTHER;
  }
}
