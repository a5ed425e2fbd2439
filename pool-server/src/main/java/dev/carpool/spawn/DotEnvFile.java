package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The file {@code .env} in an application's root.
 *
 * <p>It is read by a process that is the application's user already. So the kernel decides what may
 * be read, and a server that is root lends its eyes to nobody, whatever the file is a link to.
 */
final class DotEnvFile {

  /** More than any environment, and less than a pipe holds. */
  private static final int LARGEST = 32 * 1024;

  private static final long SECONDS = 5;

  private DotEnvFile() {}

  /**
   * Reads it.
   *
   * @param server the server's own environment
   * @return nothing if there is no such file, or it is a folder
   */
  static ImmutableMap<String, String> read(Path root, Identity identity, Map<String, String> server)
      throws StartProblem {
    Path file = root.resolve(".env");
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file)) {
      return ImmutableMap.of(); // a folder .env is a virtual environment of Python
    }
    byte[] bytes = bytes(file, identity, server);
    if (bytes.length > LARGEST) {
      throw new StartProblem(
          file + " is larger than 32KiB, which no .env is", "move what is not environment away");
    }
    return DotEnv.parse(file, bytes);
  }

  private static byte[] bytes(Path file, Identity identity, Map<String, String> server)
      throws StartProblem {
    ProcessBuilder builder =
        new ProcessBuilder(
            ImmutableList.<String>builder()
                .addAll(Privileges.setpriv(identity, server))
                // Without blocking and only once: a FIFO or a device is soon over.
                .add(SystemProgram.path("dd", server), "if=" + file, "count=1")
                .add("bs=" + (LARGEST + 1), "iflag=nonblock,fullblock", "status=none")
                .build());
    builder.environment().clear();
    try {
      Process reader = builder.start();
      reader.getOutputStream().close();
      if (!reader.waitFor(SECONDS, TimeUnit.SECONDS)) {
        reader.destroyForcibly();
        throw problem(file, identity, "it takes longer than " + SECONDS + " s");
      }
      byte[] bytes = reader.getInputStream().readAllBytes();
      String said = new String(reader.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      if (reader.exitValue() != 0) {
        throw problem(file, identity, said.strip());
      }
      return bytes;
    } catch (IOException e) {
      throw problem(file, identity, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw problem(file, identity, "the server stops");
    }
  }

  private static StartProblem problem(Path file, Identity identity, String why) {
    return new StartProblem(
        "%s cannot be read by %s: %s".formatted(file, identity.name(), why),
        "let the application's user read it (chown, chmod), or remove it");
  }
}
