package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions that only tests need. */
final class CLibrary {

  private CLibrary() {}

  /** Sets the umask of this process, and returns the old one. */
  static int umask(int mask) {
    return call("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT), mask);
  }

  /** Makes a number stand for what a descriptor stands for. */
  static int dup2(int from, int to) {
    return call("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), from, to);
  }

  /** The flags of a descriptor: 1 is close-on-exec. */
  static int descriptorFlags(int number) {
    return call("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), number, 1);
  }

  private static int call(String name, FunctionDescriptor shape, Object... arguments) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
