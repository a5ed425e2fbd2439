package dev.carpool.spawn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process says it is serving: a piece of its memory that it writes to without a system call,
 * and that can be read while it is stuck. spawn-helpers/CONTRACT.md has the bytes.
 */
final class Board {

  private static final String NAME = "/memfd:carpool-board";
  private static final int SLOT = 512;

  /** More connections at once than a helper would serve. */
  private static final int LARGEST = 1024 * SLOT;

  private Board() {}

  /**
   * The method and path of a session's request, without what would be a trap in a log.
   *
   * @param session its lowest 32 bits
   * @return empty if the process has no board, or does not serve the session
   */
  static String read(long pid, int session) {
    Path descriptors = Path.of("/proc/" + pid + "/fd");
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        if (Files.readSymbolicLink(link).toString().startsWith(NAME)) {
          return find(ByteBuffer.wrap(bytes(link)), session);
        }
      }
    } catch (IOException e) {
      // It is gone by now, or not ours to look into.
    }
    return "";
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(LARGEST);
    }
  }

  private static String find(ByteBuffer board, int session) {
    for (int slot = 0; slot + SLOT <= board.capacity(); slot += SLOT) {
      if (board.getInt(slot) == session) {
        int end = slot + Integer.BYTES;
        while (end < slot + SLOT && board.get(end) != 0) {
          end++;
        }
        int length = end - slot - Integer.BYTES;
        String text = new String(board.array(), slot + Integer.BYTES, length, ISO_8859_1);
        return text.replaceAll("[^\\x20-\\x7e]", "?");
      }
    }
    return "";
  }
}
