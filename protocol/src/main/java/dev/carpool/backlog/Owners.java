package dev.carpool.backlog;

import dev.carpool.api.Printable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which process has a socket open: found in /proc, where a user sees its own processes and root
 * all.
 *
 * <p>That means reading the list of open files of each process, so it is done for what is shown
 * alone, and once for each socket. Used by one thread.
 */
public final class Owners {

  private final Path proc;
  private final Map<Long, Owner> known = new HashMap<>();

  public Owners() {
    this(Path.of("/proc"));
  }

  Owners(Path proc) {
    this.proc = proc;
  }

  /**
   * Who has a socket open.
   *
   * @param pid the lowest, if several processes have it
   * @param program the name of that process
   */
  public record Owner(long pid, String program) {}

  /** Looks for the owners of those of these sockets whose owner is not known yet. */
  public void find(Iterable<AcceptQueue> queues) {
    Set<Long> wanted = new HashSet<>();
    queues.forEach(queue -> wanted.add(queue.inode()));
    known.entrySet().removeIf(entry -> !alive(entry.getValue()));
    wanted.removeAll(known.keySet());
    for (long pid : pids()) {
      if (wanted.isEmpty()) {
        return;
      }
      Set<Long> held = sockets(pid);
      held.retainAll(wanted);
      if (!held.isEmpty()) {
        Owner owner = new Owner(pid, program(pid));
        held.forEach(inode -> known.put(inode, owner));
        wanted.removeAll(held);
      }
    }
  }

  /** Null if it is none that this user may see. */
  public @Nullable Owner of(AcceptQueue queue) {
    return known.get(queue.inode());
  }

  private boolean alive(Owner owner) {
    return Files.isDirectory(proc.resolve("" + owner.pid()));
  }

  private Set<Long> pids() {
    Set<Long> pids = new TreeSet<>();
    for (Path each : entries(proc)) {
      String name = each.getFileName().toString();
      if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
        pids.add(Long.parseLong(name));
      }
    }
    return pids;
  }

  private Set<Long> sockets(long pid) {
    Set<Long> inodes = new HashSet<>();
    for (Path each : entries(proc.resolve(pid + "/fd"))) {
      try {
        String target = Files.readSymbolicLink(each).toString();
        if (target.startsWith("socket:[") && target.endsWith("]")) {
          inodes.add(Long.parseLong(target.substring("socket:[".length(), target.length() - 1)));
        }
      } catch (IOException | NumberFormatException e) {
        // Closed meanwhile.
      }
    }
    return inodes;
  }

  /** Of a process that has ended meanwhile, or is not to be seen, none. */
  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    return entries;
  }

  private String program(long pid) {
    try {
      return Printable.text(Files.readString(proc.resolve(pid + "/comm")).strip());
    } catch (IOException e) {
      return "?";
    }
  }
}
