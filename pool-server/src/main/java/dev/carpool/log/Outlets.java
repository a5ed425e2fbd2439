package dev.carpool.log;

import dev.carpool.descriptor.EventLoop;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Knows where each application's output goes. Lives on the output loop. */
public final class Outlets {

  private final EventLoop loop;
  private final LogFiles files;
  private final Map<String, Allowance> allowances = new HashMap<>();

  public Outlets(EventLoop loop, LogFiles files) {
    this.loop = loop;
    this.files = files;
  }

  /**
   * An outlet for one process, which the caller closes.
   *
   * @param file of the application's own; null for the server's log
   */
  public Outlet open(String app, long pid, @Nullable Path file) {
    Allowance allowance = allowances.computeIfAbsent(app, name -> new Allowance(System.nanoTime()));
    allowance.sharers++;
    Outlet server = new ServerOutlet(app, pid, allowance, loop, () -> leave(app, allowance));
    return file == null ? server : new FileOutlet(app, pid, files, files.hold(file), server);
  }

  private void leave(String app, Allowance allowance) {
    if (--allowance.sharers == 0) {
      allowances.remove(app);
    }
  }
}
