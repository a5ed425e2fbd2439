package dev.carpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The groups are those that each Linux has. */
class AdminKeysTest {

  private static AdminConfig read(String text) throws ConfigException {
    return ConfigReader.parse(Path.of("carpool.toml"), text).admin();
  }

  @Test
  void nobodyLooksUnlessItIsSaid() throws Exception {
    assertThat(read("")).isEqualTo(AdminConfig.NONE);
    assertThat(read("[admin]").lookGid()).isEmpty();
  }

  @Test
  void aGroupIsNamedOrNumbered() throws Exception {
    assertThat(read("[admin]\nlook_group = \"daemon\"").lookGid()).hasValue(1);
    assertThat(read("[admin]\nlook_group = 1").lookGroup()).isEqualTo(new LookGroup("1", 1));
  }

  @Test
  void oneThatDoesNotExistIsAMistake() {
    assertThatThrownBy(() -> read("[admin]\nlook_group = \"no-such\""))
        .hasMessage("carpool.toml:2:1: 'look_group': this machine has no group 'no-such'");
    assertThatThrownBy(() -> read("[admin]\nlookgroup = \"daemon\""))
        .hasMessageContaining("did you mean 'look_group'?");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9180, 127.0.0.1:9180",
    "localhost:0, localhost:0",
    "[::1]:9180, [::1]:9180",
    "127.9.9.9:1, 127.9.9.9:1",
    "unix:/run/carpool/http.sock, unix:/run/carpool/http.sock",
  })
  void theListenerIsOfThisMachine(String word, String address) throws Exception {
    assertThat(read("[admin]\nlisten = \"" + word + "\"").listen()).hasToString(address);
  }

  @Test
  void aRelativeSocketIsBesideTheFile() throws Exception {
    assertThat(read("[admin]\nlisten = \"unix:http.sock\"").listen())
        .isEqualTo(new Address.Unix(Path.of("http.sock").toAbsolutePath()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "0.0.0.0:9180 | write \"127.0.0.1:9180\", and come from elsewhere through an SSH tunnel",
        "*:9180 | whoever reaches the admin listener may look",
        "[::]:9180 | so it is for this machine alone",
        "example.org:80 | ssh -L 80:127.0.0.1:80 HOST",
        "127.0.0.1.example.org:80 | so it is for this machine alone",
        "9180 | the address is missing; write \"127.0.0.1:9180\"",
        "http:127.0.0.1:9180 | it is HTTP without saying so",
        "127.0.0.1 | this is no address",
        "127.0.0.1:99999 | there is no port 99999",
        "unix: | this names no file",
        "unix:@name | this names no file",
        "unix:/run/ | this names no file",
      })
  void anotherListenerIsAMistakeThatSaysItsCure(String word, String cure) {
    assertThatThrownBy(() -> read("[admin]\nlisten = \"" + word + "\""))
        .hasMessageStartingWith("carpool.toml:2:1: 'listen': '" + word + "': ")
        .hasMessageContaining(cure);
  }

  @Test
  void otherNamesOfItAreHosts() throws Exception {
    assertThat(read("[admin]\nhosts = [\"Carpool.Example.org\"]").hosts())
        .containsExactly("carpool.example.org");
    assertThatThrownBy(() -> read("[admin]\nhosts = [\"https://example.org\"]"))
        .hasMessageContaining("'https://example.org' is no host; write its name alone");
  }
}
