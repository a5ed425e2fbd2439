package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * The C library's functions, all called through one binding.
 *
 * <p>A binding belongs to a shape of arguments and costs many milliseconds of a start. So all have
 * the same one: five 64-bit arguments and a 64-bit result. Where arguments travel in registers, as
 * on Linux on x86-64 and on ARM, that is right for each function of up to five numbers and
 * pointers: it looks at no more registers than it has parameters, and at no more of them than they
 * are wide.
 */
@SuppressWarnings("restricted") // the one place that calls into native code
enum Syscall {
  ACCEPT4,
  BIND,
  CLOSE,
  CONNECT,
  EPOLL_CREATE1,
  EPOLL_CTL,
  EPOLL_WAIT,
  EVENTFD,
  FCHMOD,
  FCNTL,
  GETEGID,
  GETEUID,
  GETGRGID_R,
  GETGRNAM_R,
  GETGROUPLIST,
  GETPWNAM_R,
  GETPWUID_R,
  GETSOCKNAME,
  GETSOCKOPT,
  IOCTL,
  KILL,
  LISTEN,
  MKFIFO,
  OPEN,
  PIPE2,
  POLL,
  READ,
  RECVMSG,
  SENDMSG,
  SETSOCKOPT,
  SHUTDOWN,
  SOCKET,
  SOCKETPAIR,
  STATX,
  SYSCALL,
  TCGETATTR,
  TCSETATTR,
  WRITE;

  static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();

  private static final int EINTR = 4;
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.captureCallState("errno"));

  private final MemorySegment function;

  Syscall() {
    String name = name().toLowerCase(Locale.ROOT);
    function =
        Linker.nativeLinker()
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("this C library has no " + name));
  }

  /**
   * Calls the function once.
   *
   * @param scratch of this thread; has the errno afterwards
   * @return the result, which for all of these fits into 32 bits; negative when it failed
   */
  int once(Scratch scratch, long a, long b, long c, long d, long e) {
    try {
      return (int) (long) CALL.invokeExact(function, scratch.errno, a, b, c, d, e);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible); // a downcall throws nothing
    }
  }

  /** Calls the function, again if a signal came between. */
  int call(Scratch scratch, long a, long b, long c, long d, long e) {
    int result = once(scratch, a, b, c, d, e);
    while (result < 0 && scratch.errno() == EINTR) {
      result = once(scratch, a, b, c, d, e);
    }
    return result;
  }

  int call(Scratch scratch, long a, long b, long c, long d) {
    return call(scratch, a, b, c, d, 0);
  }

  int call(Scratch scratch, long a, long b, long c) {
    return call(scratch, a, b, c, 0, 0);
  }

  int call(Scratch scratch, long a, long b) {
    return call(scratch, a, b, 0, 0, 0);
  }

  int call(Scratch scratch, long a) {
    return call(scratch, a, 0, 0, 0, 0);
  }

  /**
   * Where native memory is. The caller keeps the segment reachable until the call has returned.
   *
   * @throws IllegalArgumentException if it is memory of the Java heap, which may move
   */
  static long at(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("not native memory: " + memory);
    }
    return memory.address();
  }

  /** A path as the C library wants it. */
  static MemorySegment cString(Arena arena, Object path) {
    return arena.allocateFrom(path.toString());
  }
}
