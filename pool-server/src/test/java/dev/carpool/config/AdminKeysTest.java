package dev.carpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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
}
