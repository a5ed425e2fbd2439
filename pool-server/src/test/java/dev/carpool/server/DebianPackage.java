package dev.carpool.server;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;

/** Python modules that come as Debian packages. */
final class DebianPackage {

  /** The interpreter that sees Debian's packages. */
  static final String PYTHON = "/usr/bin/python3";

  private DebianPackage() {}

  /** Skips the test, aloud, when a module is missing; on a build server that is a failure. */
  static void assumeInstalled(String name, String module) throws IOException, InterruptedException {
    boolean there = new ProcessBuilder(PYTHON, "-c", "import " + module).start().waitFor() == 0;
    if (there) {
      return;
    }
    String missing = "Skipped: " + PYTHON + " has no " + module + "; apt-get install " + name;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(missing);
    }
    System.out.println(missing);
    Assumptions.abort(missing);
  }
}
