package dev.carpool.cli;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolStatus;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.AcceptQueues;
import dev.carpool.backlog.ListenerName;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code carpool mackerel}: a plugin of mackerel-agent, started each minute. */
final class MackerelCommand implements LocalCommand {

  /** Set to something, it asks for the graphs instead of the values. */
  private static final String META = "MACKEREL_AGENT_PLUGIN_META";

  @Override
  public String help() {
    return """
        Usage: carpool mackerel [--listener LISTENER ...]

        A plugin for mackerel-agent: prints values of the pool, of the accept queues that
        the server watches, and of others on this machine, as NAME TAB VALUE TAB EPOCH. With MACKEREL_AGENT_PLUGIN_META in its
        environment it prints the definitions of their graphs. In mackerel-agent.conf:

          [plugin.metrics.carpool]
          command = "carpool mackerel --listener tcp:80"

        Totals (refused, unserved) count from the server's start.

        Options:
          --listener NAME    an accept queue, as 'carpool backlog' names it (unix:/PATH,
                             tcp:80); may be given more than once. Several sockets of one
                             name are added up

        Without a server, or if a listener is not there, it prints the rest, says so on
        standard error and exits 1.
        """
        + Carpool.COMMON_OPTIONS;
  }

  @Override
  public Work understand(Arguments arguments) throws MisuseException {
    Path place = Carpool.path(arguments.option("--runtime-dir"));
    ImmutableList.Builder<ListenerName> names = ImmutableList.builder();
    for (String word : arguments.options("--listener")) {
      names.add(BacklogCommand.name(word));
    }
    return (reach, out, err) -> work(place, names.build(), reach, out, err);
  }

  private static int work(
      @Nullable Path place,
      ImmutableList<ListenerName> names,
      Reach reach,
      PrintStream out,
      PrintStream err)
      throws IOException {
    if (!Strings.nullToEmpty(System.getenv(META)).isEmpty()) {
      out.print(MackerelGraphs.definitions());
      return Carpool.DONE;
    }
    MackerelValues values = new MackerelValues(Instant.now());
    int code = Carpool.DONE;
    try (RunningServer server = reach.at(RuntimeDirectory.find(place))) {
      PoolStatus status = server.pool().status();
      values.pool(status);
      values.listeners(status.listeners());
    } catch (IOException | PoolException e) {
      err.println("carpool: " + e.getMessage());
      code = Carpool.FAILED;
    }
    if (!names.isEmpty() && !listeners(values, names, err)) {
      code = Carpool.FAILED;
    }
    out.print(values);
    return code;
  }

  /** Says whether all were there. */
  private static boolean listeners(
      MackerelValues values, ImmutableList<ListenerName> names, PrintStream err) {
    boolean all = true;
    try (AcceptQueues queues = AcceptQueues.open()) {
      AcceptQueues.Listing listing = queues.look();
      for (ListenerName name : names) {
        ImmutableList<AcceptQueue> meant = name.among(listing.queues());
        if (meant.isEmpty()) {
          err.println("carpool: nobody listens on " + name);
          all = false;
        } else {
          values.listener(name.toString(), meant);
        }
      }
      if (!all) {
        listing.unseen().forEach(why -> err.println("carpool: " + why));
      }
    } catch (IOException e) {
      err.println("carpool: " + e.getMessage());
      all = false;
    }
    return all;
  }
}
