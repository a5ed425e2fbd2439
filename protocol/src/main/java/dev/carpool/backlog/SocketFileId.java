package dev.carpool.backlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The file of a Unix socket as one number: its device and the lower half of its inode's number, all
 * that the kernel says of it. By that a socket is found under another name than it was bound to.
 */
final class SocketFileId {

  private SocketFileId() {}

  /** Of what the kernel calls them: 12 bits of major and 20 of minor number, and the inode. */
  static long of(int device, int inode) {
    return (long) device << 32 | Integer.toUnsignedLong(inode);
  }

  /** Of the file that a path leads to; 0 if there is none, or it cannot be looked at. */
  static long of(Path path) {
    try {
      Map<String, Object> facts = Files.readAttributes(path, "unix:dev,ino");
      long device = ((Number) facts.getOrDefault("dev", 0L)).longValue();
      int inode = ((Number) facts.getOrDefault("ino", 0L)).intValue();
      // The C library mixes the bits, so that old programs know small numbers.
      int major = (int) (device >> 8 & 0xfff);
      int minor = (int) (device & 0xff | device >> 12 & 0xfff00);
      return of(major << 20 | minor, inode);
    } catch (IOException | SecurityException e) {
      return 0;
    }
  }
}
