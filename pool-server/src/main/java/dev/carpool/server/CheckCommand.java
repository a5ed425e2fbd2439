package dev.carpool.server;

import dev.carpool.config.ConfigCheck;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code carpool check}: is a configuration good? */
final class CheckCommand implements Command {

  @Override
  public String help() {
    return """
        Usage: carpool check [-c FILE]

        Says what is wrong with a configuration file, each mistake with its line and
        column. Exit code 78 if anything is wrong.

        Options:
          -c, --config FILE  the file; carpool.toml if not given

        Example:
          carpool check -c /etc/carpool.toml
        """;
  }

  @Override
  public int run(Arguments arguments) throws MisuseException {
    @Nullable Path file = CommonOptions.path(arguments.option("-c", "--config"));
    arguments.end();
    ConfigCheck check = ConfigCheck.of(file == null ? Path.of("carpool.toml") : file);
    (check.exitCode() == ConfigCheck.OK ? System.out : System.err).print(check.text());
    return check.exitCode();
  }
}
