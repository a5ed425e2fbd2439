package dev.carpool.spawn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The system's programs that a start needs. Found in the system's folders and never by an
 * application's PATH, for some run as root.
 */
final class SystemProgram {

  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

  private SystemProgram() {}

  /**
   * The full path of a program.
   *
   * @param server the server's own environment, whose PATH counts where the folders have none
   */
  static String path(String name, Map<String, String> server) throws StartProblem {
    for (String folder : FOLDERS) {
      Path program = Path.of(folder, name);
      if (Files.isExecutable(program)) {
        return program.toString();
      }
    }
    for (String folder : server.getOrDefault("PATH", "").split(":", -1)) {
      Path program = Path.of(folder, name);
      if (program.isAbsolute() && Files.isExecutable(program)) {
        return program.toString();
      }
    }
    throw new StartProblem(
        "this machine has no program '" + name + "', which starts processes safely",
        "install util-linux (setsid, setpriv, prlimit), coreutils (dd, test) and a shell (sh)");
  }
}
