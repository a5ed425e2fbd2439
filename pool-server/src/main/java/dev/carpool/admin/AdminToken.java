package dev.carpool.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * What allows to change the pool over HTTP: 256 random bits, in a file that only the server's own
 * user can read. Another one for each start.
 *
 * <p>Safe in any thread.
 */
public final class AdminToken implements AutoCloseable {

  private static final int BYTES = 32;

  private final Path file;
  private final String text;

  private AdminToken(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Makes a token and its file, in place of what is there.
   *
   * @param file in a folder where only this user can create files
   */
  public static AdminToken create(Path file) throws IOException {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    String text = HexFormat.of().formatHex(bytes);
    Files.deleteIfExists(file);
    // Never an existing file: that one could be open elsewhere, or a link.
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap((text + "\n").getBytes(US_ASCII)));
    }
    return new AdminToken(file, text);
  }

  /** Whether this is the token; takes as long for each wrong one of that length. */
  boolean is(String presented) {
    return MessageDigest.isEqual(text.getBytes(UTF_8), presented.getBytes(UTF_8));
  }

  /** Where it can be read. */
  public Path file() {
    return file;
  }

  /** The token itself. It does not belong into logs. */
  public String text() {
    return text;
  }

  /** Removes the file. The token is good for as long as somebody asks for it. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }

  /** The file, and not the token. */
  @Override
  public String toString() {
    return "the token in " + file;
  }
}
