package dev.carpool.cli;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.descriptor.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Signal;

/** The status on the whole terminal, again each second, with keys. For one thread. */
final class WatchScreen {

  private static final long EACH = Duration.ofSeconds(1).toNanos();

  /** How soon another size of the terminal is noticed. */
  private static final Duration LOOK = Duration.ofMillis(100);

  /** The other screen without its cursor, and without beginning a line where one is full. */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";

  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";

  private final ApplicationPool pool;
  private final StandardOutput out;
  private final boolean withRequests;
  private final WatchKeys keys = new WatchKeys();
  private Line message = Line.EMPTY;
  private PoolStatus status;
  private List<RunningRequest> requests = List.of();
  private boolean left; // guarded by this

  WatchScreen(ApplicationPool pool, StandardOutput out, boolean withRequests) throws PoolException {
    this.pool = pool;
    this.out = out;
    this.withRequests = withRequests;
    status = pool.status();
  }

  /**
   * Watches until a person has enough.
   *
   * @throws PoolException if the server cannot be asked any more; the terminal is as it was
   */
  void run() throws PoolException, InterruptedException {
    Signal.handle(new Signal("INT"), signal -> System.exit(Carpool.DONE)); // no failure
    if (!out.isTerminal()) {
      follow();
      return;
    }
    Terminal terminal;
    try {
      terminal = Terminal.takeOver();
    } catch (IOException e) {
      follow(); // nobody sits there, so there are no keys
      return;
    }
    Thread restore =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  leave();
                  terminal.close();
                });
    Runtime.getRuntime().addShutdownHook(restore); // also at INT, TERM and HUP
    try {
      show(ENTER);
      watch(terminal);
    } catch (IOException e) {
      // The terminal is gone.
    } finally {
      leave();
      terminal.close();
    }
  }

  private void watch(Terminal terminal) throws PoolException, IOException {
    long next = System.nanoTime();
    Terminal.Size drawn = out.size();
    while (true) {
      if (System.nanoTime() - next >= 0) {
        ask();
        next = System.nanoTime() + EACH;
        drawn = draw();
      }
      byte[] pressed = terminal.read(LOOK);
      for (int i = 0; i < pressed.length; i += WatchKeys.length(pressed, i)) {
        switch (keys.press(pressed, i)) {
          case WatchKeys.Action.Quit() -> {
            return;
          }
          case WatchKeys.Action.ChangeMax(int by) -> setMax(status.limits().max() + by);
          case WatchKeys.Action.SetMax(int to) -> setMax(to);
          case WatchKeys.Action.Draw() -> {}
        }
      }
      if (pressed.length > 0 || !drawn.equals(out.size())) {
        drawn = draw();
      }
    }
  }

  private void ask() throws PoolException {
    status = pool.status();
    if (withRequests) {
      requests = pool.requests();
    }
  }

  private void setMax(int max) throws PoolException {
    try {
      message = Line.of(Style.GREEN, pool.setMax(max).toString());
    } catch (PoolException.BadRequest | PoolException.Denied e) {
      message = Line.of(Style.RED, String.valueOf(e.getMessage()));
    }
    ask();
  }

  private Terminal.Size draw() {
    Terminal.Size size = out.size();
    List<Line> lines = StatusView.of(status, requests, keys.order(), Instant.now());
    StringBuilder screen = new StringBuilder(HOME);
    for (Line line : fitting(lines, size.rows() - 2)) {
      screen.append(line.shown(size.columns(), out.hasColours())).append(REST_OF_LINE + "\n");
    }
    screen.append(message.shown(size.columns(), out.hasColours())).append(REST_OF_LINE + "\n");
    screen.append(keys.footer().shown(size.columns(), out.hasColours())).append(REST_OF_LINE);
    show(screen.append(REST_OF_SCREEN));
    return size;
  }

  private synchronized void show(CharSequence text) {
    if (!left) {
      out.print(text);
      out.flush();
    }
  }

  /** What there is room for; the last line says how much there is besides. */
  static List<Line> fitting(List<Line> lines, int rows) {
    if (lines.size() <= rows) {
      return lines;
    }
    int shown = Math.max(0, rows - 1);
    List<Line> fitting = new ArrayList<>(lines.subList(0, shown));
    if (rows > 0) {
      fitting.add(Line.of(Style.DIM, "... and " + (lines.size() - shown) + " lines more"));
    }
    return fitting;
  }

  /** Gives the screen back, once, after which nothing is drawn. */
  private synchronized void leave() {
    show(LEAVE);
    left = true;
  }

  /** For a terminal that shows and does not ask. */
  private void follow() throws PoolException, InterruptedException {
    while (true) {
      ask();
      StatusView.of(status, requests, keys.order(), Instant.now())
          .forEach(line -> out.println(line.shown(Integer.MAX_VALUE, out.hasColours())));
      out.println();
      out.flush();
      if (out.checkError()) {
        return;
      }
      Thread.sleep(Duration.ofNanos(EACH));
    }
  }
}
