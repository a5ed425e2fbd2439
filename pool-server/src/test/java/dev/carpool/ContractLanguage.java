package dev.carpool;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The languages that have a helper, and their applications for its suite. */
public enum ContractLanguage {
  PYTHON(AppKind.WSGI, "python3", "wsgi.py", "import wsgi", "python3"),
  RUBY(AppKind.RACK, "ruby", "config.ru", "load config.ru", "ruby ruby-rack"),
  CGI(AppKind.CGI, "python3", "pages.cgi", "find pages.cgi", "python3 perl"),
  PHP(AppKind.PHP, "php-cgi", "index.php", "listen", "php-cgi"),
  PERL(AppKind.PSGI, "perl", "app.psgi", "load app.psgi", "perl libplack-perl"),
  NODE(AppKind.NODE, "node", "app.js", "load app.js", "nodejs");

  /** Garbage is collected before there is much of it, so that what stays can be seen. */
  private static final Map<String, String> SMALL_NODE =
      Map.of("NODE_OPTIONS", "--max-semi-space-size=1 --max-old-space-size=64");

  private static final Path APPS = Path.of("src/test/apps/contract").toAbsolutePath();

  /** Where the helpers are. */
  public static final Path HELPERS = Path.of("../spawn-helpers").toAbsolutePath().normalize();

  private final AppKind kind;
  private final String interpreter;
  private final String startFile;
  private final String loading;
  private final String packages;

  ContractLanguage(
      AppKind kind, String interpreter, String startFile, String loading, String packages) {
    this.kind = kind;
    this.interpreter = interpreter;
    this.startFile = startFile;
    this.loading = loading;
    this.packages = packages;
  }

  /** One of the folders of src/test/apps/contract. */
  public AppSpec app(String folder) {
    String language = name().toLowerCase(Locale.ROOT);
    return AppSpec.named(folder, APPS.resolve(language).resolve(folder))
        .withKind(kind)
        .withEntry(this == CGI ? startFile : null)
        .withConcurrency(1)
        .withEnv(this == NODE ? SMALL_NODE : Map.of())
        .withCommand(List.of(System.getProperty("carpool.test." + interpreter, program())));
  }

  /** The file in which an application begins. */
  public String startFile() {
    return startFile;
  }

  /** The step in which the application is loaded. */
  public String loading() {
    return loading;
  }

  /** Whether its processes are forked from one that has loaded the application. */
  public boolean forks() {
    return this != NODE;
  }

  /** Whether a process serves in threads, each of which can be asked where it is. */
  public boolean hasThreads() {
    return this != NODE;
  }

  /** Whether it can mark a connection, or must say on its line that it answers. */
  public boolean marks() {
    return this != NODE;
  }

  /** By how much memory a process may differ for no reason, before its garbage is collected. */
  public long slack() {
    return this == NODE ? 24L << 20 : 0;
  }

  /** The name of its program, and of the option that chooses another. */
  public String interpreter() {
    return interpreter;
  }

  private String program() {
    return "/usr/bin/" + interpreter;
  }

  /** Skips the test, aloud, when the language is missing; on a build server that is a failure. */
  public void assumeInstalled() {
    if (Files.isExecutable(Path.of(program()))) {
      return;
    }
    String missing = "Skipped: there is no " + program() + "; apt-get install " + packages;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(missing);
    }
    System.out.println(missing);
    Assumptions.abort(missing);
  }

  /** Whether a process serves one request after another itself, and starts no program for each. */
  public boolean servesItself() {
    return this != CGI;
  }

  /** Whether a process can serve several requests at once. */
  public boolean servesSeveralAtOnce() {
    return this != CGI && this != PHP && this != PERL;
  }
}
