package dev.carpool.spawn;

import dev.carpool.descriptor.Pipe;
import dev.carpool.descriptor.SocketPair;
import java.io.IOException;

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

  Birth birth(long pid, Birth.End end) {
    return new Birth(pid, line.ours(), output.readEnd(), end);
  }
}
