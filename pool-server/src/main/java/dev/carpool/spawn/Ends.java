package dev.carpool.spawn;

import dev.carpool.descriptor.Account;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Pipe;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Both ends of what a new process gets: its line, and its output. */
record Ends(SocketPair line, Pipe output) {

  static Ends open() throws IOException {
    SocketPair line = SocketPair.open();
    try {
      return new Ends(line, Pipe.open());
    } catch (IOException | RuntimeException e) {
      line.close();
      throw e;
    }
  }

  void giveTo(Identity identity) throws IOException {
    giveTo(identity, output.writeEnd());
  }

  /**
   * Makes the output its user's own: else a process that opens {@code /dev/stdout} anew, as logging
   * to a file of that name does, would not be let in.
   */
  static void giveTo(Identity identity, Descriptor output) throws IOException {
    Account account = identity.account();
    if (account != null) {
      Path pipe = Path.of("/proc/self/fd/" + output.number());
      Files.setAttribute(pipe, "unix:uid", (int) account.uid());
    }
  }

  /** Closes what the process has copies of by now. */
  void closeTheirs() {
    line.theirs().close();
    output.writeEnd().close();
  }

  /** Closes our ends, if there is no process. */
  void closeOurs() {
    line.ours().close();
    output.readEnd().close();
  }

  /** Of a process that was forked by its preloader. */
  Birth birth(long pid, Birth.End end) {
    return birth(pid, Frames.Form.BINARY, end);
  }

  Birth birth(long pid, Frames.Form form, Birth.End end) {
    return new Birth(
        pid, hears -> new Line(line.ours(), form.create(), hears), output.readEnd(), end);
  }
}
