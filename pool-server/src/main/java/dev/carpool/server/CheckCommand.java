package dev.carpool.server;

import dev.carpool.config.ConfigCheck;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code carpool check}: is a configuration good? */
@Command(
    name = "check",
    description =
        "Says what is wrong with a configuration file, with line and column; exit code 78 if anything.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CheckCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = "carpool.toml",
      description = "The file. Default: ${DEFAULT-VALUE}.")
  Path file = Path.of("carpool.toml");

  @Override
  public Integer call() {
    ConfigCheck check = ConfigCheck.of(file);
    var to =
        check.exitCode() == ConfigCheck.OK
            ? spec.commandLine().getOut()
            : spec.commandLine().getErr();
    to.print(check.text());
    to.flush();
    return check.exitCode();
  }
}
