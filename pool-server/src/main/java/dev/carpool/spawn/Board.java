package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process says it is serving: a piece of its memory that it writes to without a system call,
 * and that can be read while it is stuck. spawn-helpers/CONTRACT.md has the bytes.
 */
final class Board {

  /** What its file is called: without a directory, or where the language can make none such. */
  private static final ImmutableList<String> NAMES =
      ImmutableList.of("/memfd:carpool-board", "/dev/shm/carpool-board-");

  private static final int SLOT = 512;

  /** More connections at once than a helper would serve. */
  private static final int LARGEST = 1024 * SLOT;

  private final ByteBuffer slots;

  private Board(byte[] slots) {
    this.slots = ByteBuffer.wrap(slots);
  }

  /** A copy of the board of a process; an empty one if it has none. */
  static Board of(long pid) {
    Path descriptors = Path.of("/proc/" + pid + "/fd");
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        String name = Files.readSymbolicLink(link).toString();
        if (NAMES.stream().anyMatch(name::startsWith) && Files.isRegularFile(link)) {
          return new Board(bytes(link));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It is gone by now, or not ours to look into.
    }
    return new Board(new byte[0]);
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(LARGEST);
    }
  }

  /**
   * The method and path of a session's request, without what would be a trap in a log.
   *
   * @param session its lowest 32 bits
   * @return empty if the process does not serve the session, or does not say
   */
  String request(int session) {
    for (int slot = 0; slot + SLOT <= slots.capacity(); slot += SLOT) {
      // A slot that was never written to is all zeros, which is no session 0.
      if (slots.getInt(slot) == session && slots.get(slot + Integer.BYTES) != 0) {
        int end = slot + Integer.BYTES;
        while (end < slot + SLOT && slots.get(end) != 0) {
          end++;
        }
        int length = end - slot - Integer.BYTES;
        String text = new String(slots.array(), slot + Integer.BYTES, length, ISO_8859_1);
        return text.replaceAll("[^\\x20-\\x7e]", "?");
      }
    }
    return "";
  }
}
