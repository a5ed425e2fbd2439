package dev.carpool.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.RunAs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tomlj.Toml;
import org.tomlj.TomlPosition;

/** The users are those that each Linux has. */
class RunAsKeysTest {

  private static final long ROOT = 0;
  private static final long BIN = 2;

  private final List<Problem> problems = new ArrayList<>();

  private RunAs read(String text, long server) {
    Section app =
        new Section(
            Path.of("carpool.toml"),
            problems,
            Toml.parse(text),
            "app.blog",
            TomlPosition.positionAt(1, 1));
    return RunAsKeys.read(app, server, server);
  }

  private List<String> problems(String text, long server) {
    read(text, server);
    return problems.stream().map(Problem::toString).toList();
  }

  @Test
  void nothingSaysTheOwner() {
    assertThat(read("", ROOT)).isEqualTo(RunAs.OWNER);
  }

  @Test
  void allCanBeSaid() {
    assertThat(read("user = \"bin\"\ngroup = 0\numask = \"027\"\nmax_files = 65536", ROOT))
        .isEqualTo(new RunAs("bin", "0", 0027, 65536));
    assertThat(problems).isEmpty();
  }

  @Test
  void whoDoesNotExistIsNamedWithThePlace() {
    assertThat(problems("\nuser = \"no-such\"\ngroup = 3999999999", ROOT))
        .containsExactly(
            "carpool.toml:2:1: 'user': this machine has no user 'no-such'",
            "carpool.toml:3:1: 'group' must be a name in quotes or a number from 0 to 2147483647,"
                + " but is the number 3999999999");
    problems.clear();
    assertThat(problems("user = 1999999999\ngroup = \"no-such\"", ROOT))
        .containsExactly(
            "carpool.toml:1:1: 'user': this machine has no user '1999999999'",
            "carpool.toml:2:1: 'group': this machine has no group 'no-such'");
  }

  @Test
  void onlyAServerThatIsRootCanSwitch() {
    assertThat(problems("user = \"root\"\ngroup = \"root\"", BIN))
        .containsExactly(
            "carpool.toml:1:1: 'user' is \"root\", but only a server that is root can switch, and"
                + " this one is bin",
            "carpool.toml:2:1: 'group' is \"root\", but only a server that is root can switch, and"
                + " this one is in group 2");
  }

  @Test
  void whoTheServerIsAnywayCanBeNamed() {
    assertThat(read("user = \"bin\"\ngroup = 2", BIN).user()).isEqualTo("bin");
    assertThat(problems).isEmpty();
  }

  @Test
  void aUmaskIsOctalAndFilesAreEnough() {
    assertThat(problems("umask = \"0089\"\nmax_files = 3", ROOT))
        .containsExactly(
            "carpool.toml:1:1: 'umask' is \"0089\", but must be one of umask(1), as \"0022\" or"
                + " \"0027\"",
            "carpool.toml:2:1: 'max_files' is 3, but must be at least 16");
    problems.clear();
    assertThat(problems("umask = 18", ROOT))
        .containsExactly(
            "carpool.toml:1:1: 'umask' must be a text in quotes, but is the number 18");
  }
}
