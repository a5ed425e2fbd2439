package dev.carpool.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Sizes of processes as the kernel tells them below /proc. */
final class ProcFiles implements MemoryWatch.Reader {

  private static final long KIB = 1024;

  @Override
  public long resident(long pid) {
    return kibibytes(pid, "status", "VmRSS:");
  }

  @Override
  public long proportional(long pid) {
    return kibibytes(pid, "smaps_rollup", "Pss:");
  }

  /** A line like {@code "Pss: 1234 kB"}. */
  private static long kibibytes(long pid, String file, String name) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/" + pid + "/" + file));
    } catch (IOException e) {
      return 0; // it is gone
    }
    for (String line : lines) {
      if (line.startsWith(name)) {
        String digits = line.substring(name.length()).replace("kB", "").strip();
        return Long.parseLong(digits) * KIB;
      }
    }
    return 0;
  }
}
