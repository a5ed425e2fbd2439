package dev.carpool.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The users are those that each Linux has. */
class UserDatabaseTest {

  @Test
  void aUserIsFoundByNameAndByNumber() throws Exception {
    Account root = UserDatabase.user("root");

    assertThat(root).isNotNull();
    assertThat(root.name()).isEqualTo("root");
    assertThat(root.uid()).isZero();
    assertThat(root.gid()).isZero();
    assertThat(root.home()).isEqualTo("/root");
    assertThat(root.shell()).startsWith("/");
    assertThat(UserDatabase.user("0")).isEqualTo(root);
    assertThat(UserDatabase.user(0)).isEqualTo(root);
  }

  @Test
  void eachLineOfPasswdIsOne() throws Exception {
    for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
      List<String> fields = Arrays.asList(line.split(":", -1));
      assertThat(UserDatabase.user(fields.getFirst()))
          .isEqualTo(
              new Account(
                  fields.getFirst(),
                  Long.parseLong(fields.get(2)),
                  Long.parseLong(fields.get(3)),
                  fields.get(5),
                  fields.get(6)));
    }
  }

  @Test
  void whoDoesNotExistIsNobody() throws Exception {
    assertThat(UserDatabase.user("no-such-user")).isNull();
    assertThat(UserDatabase.user("3999999999")).isNull();
    assertThat(UserDatabase.user("4294967295")).as("-1, which means: leave it").isNull();
    assertThat(UserDatabase.user("-1")).isNull();
    assertThat(UserDatabase.group("no-such-group")).isEmpty();
    assertThat(UserDatabase.group("3999999999")).isEmpty();
  }

  @Test
  void aGroupIsFoundByNameAndByNumber() throws Exception {
    for (String line : Files.readAllLines(Path.of("/etc/group"))) {
      String[] fields = line.split(":", -1);
      assertThat(UserDatabase.group(fields[0])).hasValue(Long.parseLong(fields[2]));
      assertThat(UserDatabase.group(fields[2])).hasValue(Long.parseLong(fields[2]));
    }
  }

  @Test
  void theGroupsOfAUserBeginWithTheOwn() throws Exception {
    Account games = new Account("no-such-user", 5, 60, "/", "/");

    assertThat(UserDatabase.groups(games)).containsExactly(60L);
  }

  @Test
  void thisProcessHasAUser() throws Exception {
    Account own = UserDatabase.user(UserDatabase.effectiveUid());

    if (own != null) { // a container may run as a bare number
      assertThat(own.name()).isEqualTo(System.getProperty("user.name"));
    }
    assertThat(UserDatabase.effectiveGid()).isNotNegative();
  }
}
