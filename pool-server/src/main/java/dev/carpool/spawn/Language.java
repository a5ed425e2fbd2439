package dev.carpool.spawn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.MoreCollectors;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.relay.Dialect;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kind of application: how it is recognised, and what runs it. A kind that joins is a row of
 * {@link #ALL}, a constant of {@link AppKind} and a folder of spawn-helpers.
 *
 * @param kind which one
 * @param title for people: {@code "a Python application (WSGI)"}
 * @param signs the files by which it is recognised, in the order in which they are looked for;
 *     empty for one that must be named
 * @param startFiles where the file that starts an application may be, below its root, for an entry
 * @param interpreter the program that runs the helper, if none was chosen; null where the
 *     application's own command is the whole program
 * @param helper the program of ours that speaks the helper contract, below the folder of the
 *     helpers; null where the application does that itself
 * @param preloads whether the helper can load the application and fork the processes that serve
 * @param speaks what it speaks if it listens by itself; null for what has a line
 * @param form how the helper speaks
 * @param concurrency connections that a process serves at once, unless that is configured
 */
public record Language(
    AppKind kind,
    String title,
    ImmutableList<Sign> signs,
    Function<String, ImmutableList<String>> startFiles,
    @Nullable String interpreter,
    @Nullable String helper,
    boolean preloads,
    @Nullable Speaks speaks,
    Frames.Form form,
    int concurrency) {

  /** What a process speaks that listens by itself, for a root and an entry. */
  interface Speaks {
    Dialect dialect(Path root, String entry);
  }

  /** What a process of Node's serves at once: more waits where it is counted, and not in it. */
  private static final int OF_NODE = 64;

  /** All of them. Where a folder shows several, the first is taken. */
  static final ImmutableList<Language> ALL =
      ImmutableList.of(
          new Language(
              AppKind.WSGI,
              "a Python application (WSGI)",
              ImmutableList.of(
                  Sign.module("wsgi.py"),
                  Sign.module("passenger_wsgi.py"),
                  Sign.module("app.py"),
                  new DjangoSign()),
              Language::modules,
              "python3",
              "python/carpool_wsgi.py",
              true,
              null),
          new Language(
              AppKind.RACK,
              "a Ruby application (Rack)",
              ImmutableList.of(Sign.file("config.ru")),
              ImmutableList::of,
              "ruby",
              "ruby/carpool_rack.rb",
              true,
              null),
          new Language(
              AppKind.CGI,
              "CGI programs",
              ImmutableList.of(Sign.file("index.cgi", "."), Sign.folder("cgi-bin", ".")),
              ImmutableList::of,
              "python3",
              "cgi/carpool_cgi.py",
              true,
              null),
          new Language(
              AppKind.PHP,
              "a PHP application",
              ImmutableList.of(Sign.file("public/index.php"), Sign.file("index.php")),
              ImmutableList::of,
              "php-cgi",
              null,
              false,
              Dialect.FastCgiScripts::of),
          new Language(
              AppKind.PSGI,
              "a Perl application (PSGI)",
              ImmutableList.of(Sign.file("app.psgi")),
              ImmutableList::of,
              "perl",
              "perl/carpool_psgi.pl",
              true,
              null),
          new Language(
              AppKind.NODE,
              "a Node application",
              ImmutableList.of(
                  new PackageSign(),
                  Sign.file("app.js"),
                  Sign.file("server.js"),
                  Sign.file("index.js")),
              ImmutableList::of,
              "node",
              "node/carpool_node.js",
              false,
              null,
              Frames.Form.JSON,
              OF_NODE),
          new Language(
              AppKind.HTTP,
              "a program that is an HTTP server by itself",
              ImmutableList.of(new ProcfileSign()),
              entry -> ImmutableList.of(),
              null,
              null,
              false,
              (root, entry) -> new Dialect.Http()),
          new Language(
              AppKind.HELPER,
              "a program that speaks the helper contract",
              ImmutableList.of(),
              entry -> ImmutableList.of(),
              null,
              null,
              false,
              null));

  /** One that speaks in binary frames, and serves one connection at once. */
  Language(
      AppKind kind,
      String title,
      ImmutableList<Sign> signs,
      Function<String, ImmutableList<String>> startFiles,
      @Nullable String interpreter,
      @Nullable String helper,
      boolean preloads,
      @Nullable Speaks speaks) {
    this(
        kind,
        title,
        signs,
        startFiles,
        interpreter,
        helper,
        preloads,
        speaks,
        Frames.Form.BINARY,
        1);
  }

  /** The row of a kind that is not {@link AppKind#AUTO}. */
  static Language of(AppKind kind) {
    return ALL.stream()
        .filter(language -> language.kind == kind)
        .collect(MoreCollectors.onlyElement());
  }

  /** What the processes of an application speak that listen by themselves; null for others. */
  LaunchPlan.@Nullable Listens listens(Path root, AppSpec app) {
    if (speaks == null) {
      return null;
    }
    String entry = app.entry() == null ? "" : app.entry();
    // php-cgi answers one request after the other, whatever is configured.
    int requests = kind == AppKind.PHP ? 1 : concurrency(app);
    return new LaunchPlan.Listens(speaks.dialect(root, entry), requests);
  }

  /** How many connections a process of an application serves at once. */
  int concurrency(AppSpec app) {
    return app.concurrency() == AppSpec.USUAL_CONCURRENCY ? concurrency : app.concurrency();
  }

  /** What the program has to be told that has no helper of ours. */
  ImmutableMap<String, String> environment() {
    return kind == AppKind.PHP
        ? ImmutableMap.of("PHP_FCGI_CHILDREN", "0", "PHP_FCGI_MAX_REQUESTS", "0")
        : ImmutableMap.of();
  }

  /** The kinds that are recognised by files. */
  public static ImmutableList<AppKind> recognisable() {
    return ALL.stream()
        .filter(language -> !language.signs.isEmpty())
        .map(Language::kind)
        .collect(ImmutableList.toImmutableList());
  }

  /** The files of all kinds, for whoever is told that none is there. */
  public static String allSigns() {
    return words(ALL.stream().flatMap(language -> language.signs.stream()));
  }

  /** The files by which one kind is recognised. */
  public static String signsOf(AppKind kind) {
    return words(of(kind).signs.stream());
  }

  private static String words(Stream<Sign> signs) {
    List<String> files = signs.map(Sign::file).toList();
    int last = files.size() - 1;
    return last == 0
        ? files.getFirst()
        : String.join(", ", files.subList(0, last)) + " or " + files.get(last);
  }

  /** A module of Python as files: an entry is {@code module:callable}. */
  private static ImmutableList<String> modules(String entry) {
    int colon = entry.indexOf(':');
    String module = (colon < 0 ? entry : entry.substring(0, colon)).replace('.', '/');
    return ImmutableList.of(module + "/__init__.py", module + ".py");
  }
}
