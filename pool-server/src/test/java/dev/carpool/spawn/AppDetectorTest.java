package dev.carpool.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applications are taken for, and which file starts them. */
final class AppDetectorTest {

  @TempDir private Path root;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  private AppSpec app() {
    return AppSpec.ofRoot(root);
  }

  @Test
  void eachKindButAutoHasARow() {
    assertThat(Language.ALL)
        .extracting(Language::kind)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(AppKind.values()).filter(kind -> kind != AppKind.AUTO).toList());
  }

  @Test
  void whoHasAnInterpreterIsSpokenWithAndOnlySuchAOneMayHaveAKey() {
    assertThat(Language.ALL)
        .allSatisfy(
            language -> {
              boolean has = language.interpreter() != null;
              assertThat(has || language.kind().interpreterKey() == null).isTrue();
              boolean spokenWith = language.helper() != null || language.speaks() != null;
              assertThat(has && !spokenWith).isFalse();
            });
  }

  @Test
  void pythonIsSeenByItsModuleBeforeAnyOther() throws Exception {
    files("app.py", "passenger_wsgi.py");
    AppSpec app = AppDetector.resolve(app());
    assertThat(app.kind()).isEqualTo(AppKind.WSGI);
    assertThat(app.entry()).isEqualTo("passenger_wsgi");
    assertThat(StartFile.of(app, root)).isEqualTo(root.resolve("passenger_wsgi.py"));
  }

  @Test
  void djangoIsSeenByTheOnePackageWithAWsgiModule() throws Exception {
    files("manage.py", "shop/wsgi.py", "templates/index.html");
    AppSpec app = AppDetector.resolve(app());
    assertThat(app.entry()).isEqualTo("shop.wsgi");
    assertThat(StartFile.of(app, root)).isEqualTo(root.resolve("shop/wsgi.py"));

    files("other/wsgi.py");
    assertThat(AppDetector.detect(root)).isEmpty();
  }

  @Test
  void rubyIsSeenByConfigRu() throws Exception {
    files("config.ru");
    AppSpec app = AppDetector.resolve(app());
    assertThat(app.kind()).isEqualTo(AppKind.RACK);
    assertThat(app.entry()).isEqualTo("config.ru");
    assertThat(StartFile.of(app, root)).isEqualTo(root.resolve("config.ru"));
    assertThat(StartFile.of(app.withEntry("web/config.ru"), root)).isEqualTo(root);
  }

  @Test
  void anythingIsSeenByAProcfileThatSaysHowItServesTheWeb() throws Exception {
    Files.writeString(root.resolve("Procfile"), "worker: x\n");
    assertThat(AppDetector.detect(root)).isEmpty();
    Files.writeString(root.resolve("Procfile"), "worker: x\nweb:  ./serve --port $PORT \n");
    AppSpec app = AppDetector.resolve(app());
    assertThat(app.kind()).isEqualTo(AppKind.HTTP);
    assertThat(app.entry()).isEqualTo("./serve --port $PORT");
    files("app.psgi");
    assertThat(AppDetector.resolve(app()).kind()).isEqualTo(AppKind.PSGI);
  }

  @ParameterizedTest
  @CsvSource({
    "./serve -p $PORT, exec ./serve -p $PORT",
    "A=b C= ./serve, A=b C= exec ./serve",
    "cd src && ./serve, cd src && ./serve",
    "cd src, cd src",
    "./migrate; ./serve, ./migrate; ./serve",
    "./serve | tee log, ./serve | tee log",
  })
  void theShellOfAProcfileGoesWhereItsProgramCanTakeItsPlace(String web, String line) {
    assertThat(ProcfileSign.shellLine(web)).isEqualTo(line);
  }

  @Test
  void perlIsSeenByAppPsgi() throws Exception {
    files("app.psgi");
    AppSpec app = AppDetector.resolve(app());
    assertThat(app.kind()).isEqualTo(AppKind.PSGI);
    assertThat(app.entry()).isEqualTo("app.psgi");
    assertThat(StartFile.of(app, root)).isEqualTo(root.resolve("app.psgi"));
  }

  @Test
  void nodeIsSeenByWhatPackageJsonStartsThenByItsMainThenByTheUsualNames() throws Exception {
    files("bin/www.js", "lib/main.js", "server.js", "app.js");
    Path described = root.resolve("package.json");
    assertNode("app.js", "app.js");

    Files.writeString(described, "{\"main\": \"./lib/main\"}");
    assertNode("lib/main.js", "package.json");

    Files.writeString(
        described, "{\"main\": \"lib/main\", \"scripts\": {\"start\": \"node ./bin/www\"}}");
    assertNode("bin/www.js", "package.json");

    for (String other :
        new String[] {
          "{\"main\": \"gone.js\", \"scripts\": {\"start\": \"react-scripts start\"}}",
          "{\"main\": \"../x.js\", \"scripts\": {\"start\": \"node -r x y.js && echo\"}}",
          "{\"main\": 3, \"scripts\": []}",
          "no JSON {",
          ""
        }) {
      Files.writeString(described, other);
      assertNode("app.js", "app.js");
    }
  }

  private void assertNode(String entry, String by) {
    AppDetector.Found found = AppDetector.detect(root).getFirst();
    assertThat(found.language().kind()).isEqualTo(AppKind.NODE);
    assertThat(found.entry()).isEqualTo(entry);
    assertThat(found.by()).isEqualTo(root.resolve(by));
  }

  @Test
  void onlyNodeSpeaksHttp() throws Exception {
    files("app.js");
    assertThat(AppDetector.speaksHttp(app())).isTrue();
    assertThat(AppDetector.speaksHttp(app().withKind(AppKind.CGI))).isFalse();
    files("app.py");
    assertThat(AppDetector.speaksHttp(app())).isFalse();
    assertThat(AppDetector.speaksHttp(app().withKind(AppKind.NODE))).isTrue();
  }

  @Test
  void aFolderThatShowsSeveralKindsIsTakenForTheFirstUnlessOneIsNamed() throws Exception {
    files("config.ru", "app.py");
    assertThat(AppDetector.detect(root))
        .extracting(found -> found.language().kind())
        .containsExactly(AppKind.WSGI, AppKind.RACK);
    assertThat(AppDetector.resolve(app()).kind()).isEqualTo(AppKind.WSGI);
    assertThat(AppDetector.resolve(app().withKind(AppKind.RACK)).entry()).isEqualTo("config.ru");
  }

  @Test
  void anEntryThatIsNamedIsKept() throws Exception {
    files("config.ru", "api.ru");
    assertThat(AppDetector.resolve(app().withEntry("api.ru")).entry()).isEqualTo("api.ru");
  }
}
