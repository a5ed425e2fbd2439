package dev.carpool.cli;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.Units;
import dev.carpool.backlog.ListenerName;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code carpool backlog}. */
final class BacklogCommand implements LocalCommand {

  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration DEFAULT_SAMPLE = Duration.ofMillis(100);
  private static final Duration SHORTEST_SAMPLE = Duration.ofMillis(1);
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,4})%?");

  @Override
  public String help() {
    return """
        Usage: carpool backlog [OPTIONS] [LISTENER ...]

        Lists the listening sockets of this machine, whoever owns them, Unix and TCP: how
        many connections wait in the kernel to be accepted, and how many may. Needs no
        server and no privileges; only root sees the owners of other people's sockets.
        In a container it sees that container's (its network namespace's).

        A listener is unix:/PATH, unix:@ABSTRACT, tcp:PORT, tcp:ADDRESS:PORT or
        tcp:[IPV6]:PORT. Without one all are listed, the fullest first.

        Columns:
          WAITING            connections that nobody has accepted yet
          LIMIT              of listen(2), cut to net.core.somaxconn. The kernel takes one
                             more than that: 3 of 2 is full
          FULL               100% when the next connection does not fit
          PEAK               the longest queue since the watching began
          SYN                TCP connections that are still being made
          DROPS              TCP connections turned away here (Unix: nobody counts)

        Options:
          --watch            refresh each second, until Ctrl-C
          --sample TIME      how often to look meanwhile, for the peak; 100ms if not given
          --fail-above N%    exit 1 if a listener is fuller than that, and say which; with
                             --watch as soon as one is
          --json             for programs: one object, with --watch one a line each second

        Exit codes: 0, 1 if a LISTENER is not there (with --watch it is waited for), or
        something could not be asked, or --fail-above fails; 2 wrong command line.

        Examples:
          carpool backlog
          carpool backlog unix:/run/php-fpm.sock tcp:80 --watch
          carpool backlog --fail-above 80% unix:/run/php-fpm.sock
        """;
  }

  /**
   * What was asked for on the command line.
   *
   * @param names empty for all
   * @param sample null if nobody watches
   * @param failAbove in percent; null for no such check
   */
  private record Wish(
      List<ListenerName> names,
      boolean json,
      @Nullable Duration sample,
      @Nullable Integer failAbove) {}

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    boolean json = arguments.flag("--json");
    boolean watch = arguments.flag("--watch");
    String sample = arguments.option("--sample");
    String failAbove = arguments.option("--fail-above");
    if (sample != null && !watch) {
      throw new MisuseException("--sample says how often --watch looks; write --watch as well");
    }
    Wish wish =
        new Wish(
            names(arguments),
            json,
            watch ? sample(sample) : null,
            failAbove == null ? null : percent(failAbove));
    return (reach, out, err) ->
        wish.sample == null ? once(wish, out, err) : watch(wish, wish.sample, out, err);
  }

  /** All words that are left. */
  static ImmutableList<ListenerName> names(Arguments arguments) throws MisuseException {
    ImmutableList.Builder<ListenerName> names = ImmutableList.builder();
    for (String word = arguments.next(); word != null; word = arguments.next()) {
      names.add(name(word));
    }
    return names.build();
  }

  static ListenerName name(String word) throws MisuseException {
    try {
      return ListenerName.parse(word);
    } catch (IllegalArgumentException e) {
      throw new MisuseException(String.valueOf(e.getMessage()));
    }
  }

  private static Duration sample(@Nullable String word) throws MisuseException {
    if (word == null) {
      return DEFAULT_SAMPLE;
    }
    try {
      Duration sample = Units.time(word);
      if (sample.compareTo(SHORTEST_SAMPLE) >= 0 && sample.compareTo(REFRESH) <= 0) {
        return sample;
      }
    } catch (IllegalArgumentException e) {
      throw new MisuseException("--sample: " + e.getMessage());
    }
    throw new MisuseException("--sample is " + word + ", but must be from 1ms to 1s");
  }

  private static int percent(String word) throws MisuseException {
    Matcher matcher = PERCENT.matcher(word);
    if (!matcher.matches()) {
      throw new MisuseException("--fail-above must be like 80%, but is '" + word + "'");
    }
    return Integer.parseInt(matcher.group(1));
  }

  private static int once(Wish wish, PrintStream out, PrintStream err) throws IOException {
    try (BacklogLookout lookout = BacklogLookout.open(wish.names, false)) {
      BacklogView view = lookout.look();
      out.print(page(wish, view));
      out.flush();
      boolean incomplete = !view.gone().isEmpty() || wish.names.isEmpty();
      if (incomplete) {
        view.unseen().forEach(why -> err.println("carpool: " + why));
      }
      view.gone().forEach(name -> err.println("carpool: nobody listens on " + name));
      boolean missed = incomplete && !view.unseen().isEmpty() || !view.gone().isEmpty();
      return tooFull(wish, view, err) || missed ? Carpool.FAILED : Carpool.DONE;
    }
  }

  private static String page(Wish wish, BacklogView view) {
    if (wish.json) {
      return BacklogJson.of(view) + "\n";
    }
    return wish.sample == null
        ? BacklogTable.of(view)
        : "%s, looking every %s; Ctrl-C ends%n%n%s%n"
            .formatted(
                view.at().truncatedTo(ChronoUnit.SECONDS),
                Units.words(wish.sample),
                BacklogTable.of(view));
  }

  private static boolean tooFull(Wish wish, BacklogView view, PrintStream err) {
    Integer limit = wish.failAbove;
    if (limit == null) {
      return false;
    }
    ImmutableList<BacklogView.Line> above = view.above(limit);
    for (BacklogView.Line line : above) {
      err.printf(
          "carpool: %s is %d%% full (%d waiting, limit %d), above %d%%%n",
          line.queue().address(),
          line.percent(),
          Math.max(line.peak(), line.queue().waiting()),
          line.queue().limit(),
          limit);
    }
    return !above.isEmpty();
  }

  private static int watch(Wish wish, Duration sample, PrintStream out, PrintStream err)
      throws IOException {
    Screen screen = Screen.of(out, wish.json);
    try (BacklogLookout lookout = BacklogLookout.open(wish.names, true)) {
      lookout.look().unseen().forEach(why -> err.println("carpool: " + why));
      long refresh = System.nanoTime();
      for (long now = refresh; ; now = System.nanoTime()) {
        if (now - refresh >= 0) {
          BacklogView view = lookout.look();
          boolean read = screen.show(page(wish, view));
          if (tooFull(wish, view, err) || !read) {
            return Carpool.FAILED;
          }
          refresh = now + REFRESH.toNanos();
        } else {
          lookout.glance();
        }
        Thread.sleep(sample);
      }
    } catch (InterruptedException e) {
      return Carpool.DONE; // Ctrl-C is how watching ends
    }
  }
}
