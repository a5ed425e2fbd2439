package dev.carpool.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which script a request is for. */
class ScriptsTest {

  @TempDir private Path temp;
  private Path root;
  private Path elsewhere;

  @BeforeEach
  void scripts() throws IOException {
    root = temp.resolve("site");
    elsewhere = Files.writeString(temp.resolve("secret.php"), "");
    Files.createDirectories(root.resolve("public/admin"));
    Files.createDirectories(root.resolve("public/.git"));
    Files.createDirectories(root.resolve("public/empty"));
    for (String file :
        new String[] {"index.php", "a.php", "a.txt", "admin/index.php", ".git/x.php"}) {
      Files.writeString(root.resolve("public").resolve(file), "");
    }
  }

  private Map<String, String> found(Map<String, String> variables)
      throws IOException, RefusedException {
    return new Scripts(root.toRealPath(), "public/index.php")
        .apply(RequestHead.of(new HashMap<>(variables)))
        .variables();
  }

  @ParameterizedTest
  @CsvSource({
    "/, index.php, /index.php, ''",
    "/a.php, a.php, /a.php, ''",
    "/a.php/b/c, a.php, /a.php, /b/c",
    "//a.php, a.php, //a.php, ''",
    "/admin, admin/index.php, /admin/index.php, ''",
    "/admin/, admin/index.php, /admin/index.php, ''",
    "/admin/users, index.php, /index.php, /admin/users",
    "/empty/, index.php, /index.php, /empty/",
    "/nothing, index.php, /index.php, /nothing",
    "/a.txt/b, index.php, /index.php, /a.txt/b",
  })
  void isFollowedFromTheDocumentRoot(String path, String file, String name, String info)
      throws Exception {
    assertThat(found(ImmutableMap.of("SCRIPT_NAME", "", "PATH_INFO", path)))
        .containsEntry("SCRIPT_FILENAME", root.resolve("public").resolve(file).toString())
        .containsEntry("SCRIPT_NAME", name)
        .containsEntry("PATH_INFO", info)
        .containsEntry("DOCUMENT_ROOT", root.resolve("public").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.git/x.php", "/../secret.php", "/admin/../../../secret.php", "/%2e"})
  void isNeverAHiddenFileOrOneElsewhere(String path) {
    assertThatThrownBy(() -> found(ImmutableMap.of("REQUEST_URI", path)))
        .hasMessageContaining("hidden name");
  }

  @Test
  void mayBeNamedByTheWebServer() throws Exception {
    String file = root.resolve("public/a.php").toString();
    assertThat(found(ImmutableMap.of("SCRIPT_FILENAME", file, "SCRIPT_NAME", "/x")))
        .containsEntry("SCRIPT_FILENAME", file)
        .containsEntry("SCRIPT_NAME", "/x");
    assertThat(found(ImmutableMap.of("SCRIPT_FILENAME", "proxy:fcgi://localhost:80" + file)))
        .containsEntry("SCRIPT_FILENAME", file);
  }

  @Test
  void mustBeOneOfTheApplications() {
    assertThatThrownBy(() -> found(ImmutableMap.of("SCRIPT_FILENAME", elsewhere.toString())))
        .hasMessageContaining("is not below");
    assertThatThrownBy(() -> found(ImmutableMap.of("SCRIPT_FILENAME", root + "/public/a.txt")))
        .hasMessageContaining("does not end in .php");
    assertThatThrownBy(() -> found(ImmutableMap.of("SCRIPT_FILENAME", root + "/public/b.php")))
        .hasMessageContaining("there is no script");
  }

  @Test
  void isTheFirstForANameThatNoFileHas() throws Exception {
    assertThat(found(ImmutableMap.of("PATH_INFO", "/a\0b"))).containsEntry("PATH_INFO", "/a\0b");
  }

  @Test
  void isNotWhereALinkLeadsOutOfTheRoot() throws IOException {
    Files.createSymbolicLink(root.resolve("public/out"), temp);
    assertThatThrownBy(() -> found(ImmutableMap.of("PATH_INFO", "/out/secret.php")))
        .hasMessageContaining("is not below");
  }

  @Test
  void mustBeThere() throws IOException {
    Files.delete(root.resolve("public/index.php"));
    assertThatThrownBy(() -> found(ImmutableMap.of("REQUEST_URI", "/")))
        .hasMessageContaining("leads to no script");
  }
}
