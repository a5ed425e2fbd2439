package dev.carpool.descriptor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The listening sockets that systemd opened for this process and passed on by name: descriptors
 * from 3, told in LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (sd_listen_fds(3)).
 *
 * <p>They stay systemd's too, which goes on listening when this process ends. For one thread.
 */
public final class InheritedSockets {

  private static final int FIRST = 3;
  private static final int SOCK_STREAM = 1;

  /** More than any unit has. */
  private static final int MOST = 10_000;

  private final int first;
  private final List<String> names;

  /** Why there are none; empty if there are. */
  private final String none;

  private final Set<Integer> taken = new HashSet<>();

  private InheritedSockets(int first, List<String> names, String none) {
    this.first = first;
    this.names = names;
    this.none = none;
  }

  /**
   * Reads what was passed; touches no descriptor.
   *
   * @param environment of this process
   * @param pid of this process
   */
  public static InheritedSockets of(Map<String, String> environment, long pid) {
    return of(environment, pid, FIRST);
  }

  static InheritedSockets of(Map<String, String> environment, long pid, int first) {
    String forPid = environment.get("LISTEN_PID");
    String count = environment.get("LISTEN_FDS");
    if (forPid == null || count == null) {
      return none(first, "systemd passed no sockets to this process (LISTEN_FDS is not set)");
    }
    if (!forPid.equals(Long.toString(pid))) {
      return none(
          first,
          "systemd passed its sockets to the process %s, and this is %d (LISTEN_PID); a script that"
                  .formatted(forPid, pid)
              + " starts this program must use exec");
    }
    if (!count.matches("[0-9]{1,5}") || Integer.parseInt(count) > MOST) {
      return none(first, "LISTEN_FDS is '%s', which is no number of sockets".formatted(count));
    }
    int sockets = Integer.parseInt(count);
    String text = environment.get("LISTEN_FDNAMES");
    List<String> names =
        text == null ? new ArrayList<>() : new ArrayList<>(List.of(text.split(":", -1)));
    while (text == null && names.size() < sockets) {
      names.add("unknown"); // as sd_listen_fds_with_names(3) calls them
    }
    if (sockets > 0 && names.size() != sockets) {
      return none(
          first,
          "LISTEN_FDS is %d, but LISTEN_FDNAMES has %d names".formatted(sockets, names.size()));
    }
    return sockets == 0
        ? none(first, "systemd passed no sockets to this process (LISTEN_FDS is 0)")
        : new InheritedSockets(first, List.copyOf(names), "");
  }

  private static InheritedSockets none(int first, String why) {
    return new InheritedSockets(first, List.of(), why);
  }

  /**
   * Takes over all sockets of a name; each name once.
   *
   * @return at least one
   * @throws IOException if there is none of that name, or one is not a listening stream socket;
   *     nothing was taken then
   */
  public List<ListeningSocket> adopt(String name) throws IOException {
    if (names.isEmpty()) {
      throw new IOException("there is no socket '%s': %s".formatted(name, none));
    }
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name)) {
        numbers.add(first + i);
      }
    }
    if (numbers.isEmpty()) {
      throw new IOException(
          "systemd passed no socket '%s'; it passed '%s' (FileDescriptorName= of a .socket unit)"
              .formatted(name, String.join("', '", new TreeSet<>(names))));
    }
    for (int number : numbers) {
      if (taken.contains(number)) {
        throw new IOException("the socket '%s' of systemd is in use already".formatted(name));
      }
      requireListening(name, number);
    }
    List<ListeningSocket> adopted = new ArrayList<>();
    for (int number : numbers) {
      taken.add(number);
      FileFlags.setCloseOnExec(number);
      boolean unix = SocketOptions.get(number, SocketOptions.DOMAIN) == UnixSocket.AF_UNIX;
      Descriptor socket = Descriptor.adopt(number);
      adopted.add(
          new ListeningSocket(socket, "fd:" + name, unix ? 0 : TcpSocket.port(socket), null));
    }
    return List.copyOf(adopted);
  }

  private static void requireListening(String name, int number) throws IOException {
    String passed = "what systemd passed as '%s' (descriptor %d)".formatted(name, number);
    try {
      int domain = SocketOptions.get(number, SocketOptions.DOMAIN);
      if (SocketOptions.get(number, SocketOptions.TYPE) != SOCK_STREAM
          || (domain != UnixSocket.AF_UNIX
              && domain != TcpSocket.AF_INET
              && domain != TcpSocket.AF_INET6)) {
        throw new IOException(passed + " is no stream socket; the unit must say ListenStream=");
      }
      if (SocketOptions.get(number, SocketOptions.ACCEPTS) == 0) {
        throw new IOException(
            passed + " is a connection, not a listening socket; the unit must say Accept=no");
      }
    } catch (ErrnoException e) {
      throw new IOException("%s is no socket (%s)".formatted(passed, e.errno()), e);
    }
  }
}
