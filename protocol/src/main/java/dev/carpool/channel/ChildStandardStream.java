package dev.carpool.channel;

import dev.carpool.descriptor.Descriptor;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A descriptor as standard input, output or error of a child process, which {@link ProcessBuilder}
 * has words for only when it is a file.
 *
 * <p>The child gets a copy without the close-on-exec flag; no other descriptor reaches it. May be
 * used from any thread.
 */
public final class ChildStandardStream {

  private ChildStandardStream() {}

  /**
   * Makes a redirection to or from a descriptor of any sort: Unix socket, pipe, file.
   *
   * @param descriptor stays the caller's, who keeps it open until {@link ProcessBuilder#start} has
   *     returned; neither starting nor the garbage collector closes it. It may go to several
   *     children, but to one stream of each: {@link ProcessBuilder#redirectErrorStream} joins
   *     output and errors
   * @throws IOException if the descriptor is closed
   */
  public static Redirect of(Descriptor descriptor) throws IOException {
    if (!descriptor.isOpen()) {
      throw new IOException(descriptor + " cannot be given to a child");
    }
    return FileDescriptorCast.unsafeUsing(descriptor.number()).as(Redirect.class);
  }
}
