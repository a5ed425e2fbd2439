package dev.carpool.descriptor;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders of a test that may be looked into until the very end. */
public final class Litter {

  private Litter() {}

  /** A new temporary folder, which is deleted with all that is in it when this JVM ends. */
  public static Path folder(String prefix) throws IOException {
    Path folder = Files.createTempDirectory(prefix);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "litter"));
    return folder;
  }

  private static void delete(Path folder) {
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      System.err.println(folder + " cannot be deleted: " + e);
    }
  }
}
