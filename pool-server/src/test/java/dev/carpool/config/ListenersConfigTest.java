package dev.carpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carpool.api.AppKind;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the apps of a carpool.toml listen. */
class ListenersConfigTest {

  private static final String EXPECTED =
      "write \"http:HOST:PORT\", \"scgi:HOST:PORT\", \"scgi:unix:PATH\" or \"scgi:fd:NAME\","
          + " or for PHP \"fastcgi:\" where \"scgi:\" is";

  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void aFileBesideTheRootOfAnApp() throws IOException {
    file = temp.resolve("carpool.toml");
    Files.createDirectory(temp.resolve("blog"));
  }

  @Nested
  class AListener {
    @Test
    void isForHttpOnAPort() throws Exception {
      assertThat(listener("http:127.0.0.1:8080")).isEqualTo(new Listener.Http("127.0.0.1", 8080));
      assertThat(listener("http:[::1]:8080")).isEqualTo(new Listener.Http("::1", 8080));
    }

    @Test
    void isForScgiOnAUnixSocketAPortOrASocketOfSystemd() throws Exception {
      assertThat(listener("scgi:unix:/run/x.sock"))
          .isEqualTo(new Listener.Scgi(new Address.Unix(Path.of("/run/x.sock"))));
      assertThat(listener("scgi:[::1]:9000"))
          .isEqualTo(new Listener.Scgi(new Address.Tcp("::1", 9000)));
      assertThat(listener("scgi:*:9000")).isEqualTo(new Listener.Scgi(new Address.Tcp("*", 9000)));
      assertThat(listener("scgi:fd:blog.socket"))
          .isEqualTo(new Listener.Scgi(new Address.Inherited("blog.socket")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "http:*:80",
          "http:[fe80::1%eth0]:80",
          "scgi:unix:/run/carpool/blog.sock",
          "scgi:127.0.0.1:9000",
          "scgi:localhost:0",
          "scgi:[::1]:65535",
          "scgi:*:9000",
          "scgi:fd:blog-1.socket",
          "fastcgi:unix:/run/carpool/blog.sock",
          "fastcgi:127.0.0.1:9000",
          "fastcgi:fd:blog"
        })
    void isWrittenAsItsWord(String word) throws Exception {
      assertThat(listener(word)).hasToString(word);
    }

    @Test
    void onARelativePathCountsFromTheFolderOfTheFile() throws Exception {
      assertThat(listener("scgi:unix:run/../x.sock"))
          .isEqualTo(new Listener.Scgi(new Address.Unix(temp.resolve("x.sock"))));
    }

    @Test
    void forFastCgiIsForWhatListensByItself() throws Exception {
      String listen = "listen = \"fastcgi:127.0.0.1:9000\"";
      assertThat(read(blog(listen)).spec().kind()).isEqualTo(AppKind.PHP);
      assertThat(read(blog("kind = \"http\"\nentry = \"x\"\n" + listen)).spec().kind())
          .isEqualTo(AppKind.HTTP);
      assertProblems(
          blog("kind = \"cgi\"\n" + listen),
          "4:1: 'fastcgi:' is for kind = \"php\" or \"http\", and this is \"cgi\"; listen on 'scgi:'");
    }

    @Test
    void isToldByACheck() throws Exception {
      Files.writeString(file, blog("listen = [\"scgi:unix:/run/x.sock\", \"scgi:fd:blog\"]"));
      assertThat(ConfigCheck.of(file).text())
          .endsWith(
              "  app blog  %s  scgi:unix:/run/x.sock  scgi:fd:blog\n"
                  .formatted(temp.resolve("blog")));
    }
  }

  @Nested
  class AWordThatIsNoListener {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "unix:/run/x.sock     | which protocol is missing; write \"scgi:unix:/run/x.sock\"",
          "fd:blog              | which protocol is missing; write \"scgi:fd:blog\"",
          "/run/x.sock          | which protocol is missing; write \"scgi:unix:/run/x.sock\"",
          "./x.sock             | which protocol is missing; write \"scgi:unix:./x.sock\"",
          "8080                 | host and protocol are missing; write \"http:127.0.0.1:8080\"",
          "[::1]:90             | which protocol is missing; write \"http:[::1]:90\" or"
              + " \"scgi:[::1]:90\"",
          "scgi:/run/x.sock     | write \"scgi:unix:/run/x.sock\"",
          "http:/run/x.sock     | write \"scgi:unix:/run/x.sock\"",
          "http://127.0.0.1:80/ | write \"http:127.0.0.1:80\"",
          "scgi://[::1]:80      | write \"scgi:[::1]:80\"",
          "scgi:9000            | write \"scgi:127.0.0.1:9000\"",
          "http:8080            | write \"http:127.0.0.1:8080\"",
          "scgi:::1:9000        | write \"scgi:[::1]:9000\"",
          "scgi:localhost       | the port is missing; write \"scgi:localhost:PORT\"",
          "http:10.0.0.1        | the port is missing; write \"http:10.0.0.1:PORT\"",
          "http:[::1]           | the port is missing; write \"http:[::1]:PORT\"",
          "scgi:a:65536         | there is no port 65536, the highest is 65535",
          "http:unix:/run/x.sock"
              + " | http cannot listen on a Unix socket or one of systemd's; write"
              + " \"scgi:unix:/run/x.sock\"",
          "http:fd:blog"
              + " | http cannot listen on a Unix socket or one of systemd's; write"
              + " \"scgi:fd:blog\"",
          "scgi:unix:"
              + " | the path of the Unix socket is missing; write \"scgi:unix:/run/NAME.sock\"",
          "scgi:unix:/          | this names a folder; name a socket in it",
          "scgi:unix:/run/      | this names a folder; name a socket in it",
          "scgi:unix:@x"
              + " | a socket without a file has no permissions; name a path, as"
              + " \"scgi:unix:/run/x.sock\"",
          "scgi:fd:"
              + " | the name of systemd's socket is missing; write \"scgi:fd:NAME\" with the"
              + " FileDescriptorName= of the .socket unit",
          "scgi:fd:a:b"
              + " | this cannot name a socket of systemd's; write \"scgi:fd:NAME\" with the"
              + " FileDescriptorName= of the .socket unit",
          "fastcgi:/run/x.sock  | write \"fastcgi:unix:/run/x.sock\"",
          "fastcgi:unix:        "
              + " | the path of the Unix socket is missing; write \"fastcgi:unix:/run/NAME.sock\"",
          "fcgi:127.0.0.1:9000"
              + " | 'fcgi' is not spoken here, but http, scgi and fastcgi are; "
              + EXPECTED,
        })
    void isToldWithTheOneThatWasMeant(String word, String message) {
      assertProblems(
          blog("listen = \"%s\"".formatted(word)),
          "3:1: 'listen': '%s': %s".formatted(word, message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zzz", "", "http:", "scgi:a b:9", "scgi:x:y:z", "htp:x"})
    void isToldWithAllFormsWhenNoneIsNear(String word) {
      assertProblems(
          blog("listen = \"%s\"".formatted(word)),
          "3:1: 'listen': '%s' is not a listener; %s".formatted(word, EXPECTED));
    }

    @Test
    void isToldInItsPlaceAmongOthers() {
      assertProblems(
          blog("listen = [\n  \"http:127.0.0.1:8080\",\n  \"zzz\",\n  17,\n]"),
          "5:3: 'listen': 'zzz' is not a listener; " + EXPECTED,
          "6:3: 'listen' must be a list of texts, but this is the number 17");
    }

    @Test
    void namesAPathThatIsTooLong() {
      String longest = "/" + "x".repeat(106);
      assertThat(problems(blog("listen = \"scgi:unix:" + longest + "\""))).isEmpty();
      assertProblems(
          blog("listen = \"scgi:unix:" + longest + "x\""),
          "3:1: 'listen': 'scgi:unix:/%s...': the path of a Unix socket is at most 107 bytes long,"
                  .formatted("x".repeat(49))
              + " and this has 108");
      assertProblems(
          blog("listen = \"scgi:unix:" + "ä".repeat(53) + "\""),
          "3:1: 'listen': 'scgi:unix:%s...': the path of a Unix socket is at most 107 bytes long,"
                  .formatted("ä".repeat(50))
              + " and this has %d with the folder of this file"
                  .formatted(temp.toString().length() + 1 + 106));
    }
  }

  @Nested
  class APlace {
    @Test
    void isListenedOnOnce() {
      assertProblems(
          blog("listen = [\"http:a:1\", \"http:a:1\", \"scgi:a:1\", \"http:a:0\", \"http:a:0\"]"),
          "3:23: 'listen': app 'blog' listens at http:a:1 already",
          "3:35: 'listen': app 'blog' listens at http:a:1 already");
      assertProblems(
          blog("listen = [\"scgi:fd:x\", \"scgi:fd:x\"]"),
          "3:24: 'listen': app 'blog' listens at scgi:fd:x already");
    }

    @Test
    void isListenedOnByOneAppAlone() {
      assertProblems(
          blog("listen = \"scgi:unix:/run/x.sock\"\n")
              + "[app.shop]\nroot = \"blog\"\nlisten = \"scgi:unix:/run/x.sock\"",
          "6:1: 'listen': app 'blog' listens at scgi:unix:/run/x.sock already");
    }

    @Test
    void isTheSameHoweverItsPathIsWritten() throws Exception {
      Files.createSymbolicLink(temp.resolve("link"), temp);
      assertProblems(
          blog(
              """
              listen = [
                "scgi:unix:x.sock",
                "scgi:unix:./blog/../x.sock",
                "scgi:unix:%1$s/x.sock",
                "scgi:unix:%1$s/link/x.sock",
                "scgi:unix:%1$s/y.sock",
              ]
              """
                  .formatted(temp)),
          "5:3: 'listen': app 'blog' listens at scgi:unix:%s/x.sock already".formatted(temp),
          "6:3: 'listen': app 'blog' listens at scgi:unix:%s/x.sock already".formatted(temp),
          "7:3: 'listen': app 'blog' listens at scgi:unix:%s/x.sock already".formatted(temp));
    }
  }

  @Nested
  class ThePermissionsOfUnixSockets {

    private static final String UNIX = "listen = [\"http:*:80\", \"scgi:unix:/run/x.sock\"]\n";

    @Test
    void areForOwnerAndGroupUnlessTheFileSaysOtherwise() throws Exception {
      assertThat(read(blog(UNIX)).permissions()).isEqualTo(SocketPermissions.DEFAULT);
      assertThat(SocketPermissions.DEFAULT).isEqualTo(new SocketPermissions(null, null, 0660));
    }

    @Test
    void areNamesOrNumbersAndAMode() throws Exception {
      UserPrincipalLookupService users = FileSystems.getDefault().getUserPrincipalLookupService();
      assertThat(
              read(blog(
                      UNIX
                          + "listen_owner = \"root\"\nlisten_group = 4711\nlisten_mode = \"0600\""))
                  .permissions())
          .isEqualTo(
              new SocketPermissions(
                  users.lookupPrincipalByName("root"),
                  users.lookupPrincipalByGroupName("4711"),
                  0600));
      assertThat(read(blog(UNIX + "listen_owner = \"4711\"\nlisten_mode = \"666\"")).permissions())
          .isEqualTo(new SocketPermissions(users.lookupPrincipalByName("4711"), null, 0666));
    }

    @Test
    void nameUsersAndGroupsThatThereAre() {
      assertProblems(
          blog(UNIX + "listen_owner = \"no-such-user\"\n  listen_group = \"no-such-group\""),
          "4:1: 'listen_owner': this machine has no user 'no-such-user'",
          "5:3: 'listen_group': this machine has no group 'no-such-group'");
      assertProblems(
          blog(UNIX + "listen_owner = -1\nlisten_group = true"),
          "4:1: 'listen_owner' must be a name in quotes or a number from 0 to 2147483647, but is"
              + " the number -1",
          "5:1: 'listen_group' must be a name in quotes or a number, but is true");
      assertProblems(
          blog(UNIX + "listen_owner = \"-1\""),
          "4:1: 'listen_owner': this machine has no user '-1'");
    }

    @Test
    void haveAModeThatLetsSomebodyConnect() {
      assertProblems(
          blog(UNIX + "listen_mode = 660"),
          "4:1: 'listen_mode' must be a text in quotes, but is the number 660");
      assertProblems(
          blog(UNIX + "listen_mode = \"0888\""),
          "4:1: 'listen_mode' is \"0888\", but must be a mode of chmod, as \"0660\" or \"0666\"");
      assertProblems(
          blog(UNIX + "listen_mode = \"04660\""),
          "4:1: 'listen_mode' is \"04660\", but must be a mode of chmod, as \"0660\" or \"0666\"");
      assertProblems(
          blog(UNIX + "listen_mode = \"0444\""),
          "4:1: 'listen_mode' is \"0444\", but who connects must have the right to write, as in"
              + " \"0660\"");
    }

    @Test
    void haveNoMeaningForAnAppWithoutUnixSockets() {
      String tail =
          " is for Unix sockets, and this app listens on none; add listen = [\"scgi:unix:PATH\"] or"
              + " remove it";
      assertProblems(
          blog(
              "listen = [\"scgi:*:80\", \"scgi:fd:x\"]\nlisten_owner = \"root\"\n"
                  + "listen_group = 0\nlisten_mode = \"0660\""),
          "4:1: 'listen_owner'" + tail,
          "5:1: 'listen_group'" + tail,
          "6:1: 'listen_mode'" + tail);
      assertProblems(blog("listen_mode = \"0660\""), "3:1: 'listen_mode'" + tail);
    }

    @Test
    void areNotBlamedForAListenerThatIsWrongItself() {
      assertProblems(
          blog("listen = \"unix:/run/x.sock\"\nlisten_mode = \"0660\""),
          "3:1: 'listen': 'unix:/run/x.sock': which protocol is missing; write"
              + " \"scgi:unix:/run/x.sock\"");
    }
  }

  private static String blog(String keys) {
    return "[app.blog]\nroot = \"blog\"\n" + keys;
  }

  private Listener listener(String word) throws Exception {
    return read(blog("listen = \"" + word + "\"")).listen().get(0);
  }

  private ServerConfig.App read(String text) throws Exception {
    return ConfigReader.parse(file, text).apps().get(0);
  }

  private List<String> problems(String text) {
    ConfigException wrong =
        catchThrowableOfType(ConfigException.class, () -> ConfigReader.parse(file, text));
    return wrong == null ? List.of() : wrong.problems().stream().map(Problem::toString).toList();
  }

  private void assertProblems(String text, String... problems) {
    assertThat(problems(text))
        .as("what is wrong with:\n" + text)
        .containsExactly(
            List.of(problems).stream().map(problem -> file + ":" + problem).toArray(String[]::new));
  }
}
