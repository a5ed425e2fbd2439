package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's functions, bound when first used.
 *
 * <p>Each holder class binds one function, since binding costs milliseconds that a start should
 * only pay for what it uses. Every handle takes as its first argument the segment that receives
 * {@code errno}.
 */
@SuppressWarnings("restricted") // the one place that calls into native code
final class Syscalls {

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();

  private Syscalls() {}

  private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("this C library has no " + name));
    return LINKER.downcallHandle(address, FunctionDescriptor.of(result, arguments), ERRNO);
  }

  /** A C function with variable arguments, of which the first {@code fixed} are declared. */
  private static MethodHandle bindVariadic(String name, int fixed, MemoryLayout... arguments) {
    MemorySegment address = LINKER.defaultLookup().find(name).orElseThrow();
    return LINKER.downcallHandle(
        address,
        FunctionDescriptor.of(JAVA_INT, arguments),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  static final class Socketpair {
    static final MethodHandle CALL =
        bind("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  static final class Socket {
    static final MethodHandle CALL = bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  }

  static final class Bind {
    static final MethodHandle CALL = bind("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Listen {
    static final MethodHandle CALL = bind("listen", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  static final class Connect {
    static final MethodHandle CALL = bind("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Accept4 {
    static final MethodHandle CALL =
        bind("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  }

  static final class Getsockopt {
    static final MethodHandle CALL =
        bind("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  }

  static final class Shutdown {
    static final MethodHandle CALL = bind("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  static final class Close {
    static final MethodHandle CALL = bind("close", JAVA_INT, JAVA_INT);
  }

  static final class Read {
    static final MethodHandle CALL = bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  }

  static final class Write {
    static final MethodHandle CALL = bind("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  }

  static final class Sendmsg {
    static final MethodHandle CALL = bind("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Recvmsg {
    static final MethodHandle CALL = bind("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Poll {
    static final MethodHandle CALL = bind("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  static final class EpollCreate1 {
    static final MethodHandle CALL = bind("epoll_create1", JAVA_INT, JAVA_INT);
  }

  static final class EpollCtl {
    static final MethodHandle CALL =
        bind("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  static final class EpollWait {
    static final MethodHandle CALL =
        bind("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  }

  static final class Eventfd {
    static final MethodHandle CALL = bind("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  static final class Pipe2 {
    static final MethodHandle CALL = bind("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Mkfifo {
    static final MethodHandle CALL = bind("mkfifo", JAVA_INT, ADDRESS, JAVA_INT);
  }

  static final class Open {
    static final MethodHandle CALL = bindVariadic("open", 2, ADDRESS, JAVA_INT, JAVA_INT);
  }

  static final class Fcntl {
    static final MethodHandle CALL = bindVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT);
  }

  static final class Kill {
    static final MethodHandle CALL = bind("kill", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /** A string as the C library wants it. */
  static MemorySegment cString(Arena arena, String text) {
    return arena.allocateFrom(text);
  }
}
