package dev.carpool.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which script a request is for. A web server that speaks FastCGI says it (SCRIPT_FILENAME); for
 * others the path is followed from the document root: to a script, with what comes behind it as
 * PATH_INFO, to the index of a folder, or else to the index of the document root. No script is run
 * from outside the application's root.
 */
final class Scripts implements HeadRule {

  /** How mod_proxy_fcgi names a file. */
  private static final Pattern APACHES = Pattern.compile("proxy:fcgi://[^/]*(/.*)");

  private static final ImmutableMap<String, String> ALWAYS =
      ImmutableMap.of("GATEWAY_INTERFACE", "CGI/1.1", "REDIRECT_STATUS", "200");

  private static final Splitter SLASHES = Splitter.on('/').omitEmptyStrings();

  /** To find out where a file really is takes longer than all else that is done for a request. */
  private static final Duration KNOWN = Duration.ofSeconds(2);

  private final Path root;
  private final Path documents;
  private final String index;
  private final Cache<String, Boolean> known =
      CacheBuilder.newBuilder().expireAfterWrite(KNOWN).maximumSize(1000).build();

  /**
   * The scripts of an application.
   *
   * @param root without links
   * @param entry the path of the first script below the root; its folder is the document root, and
   *     its name that of the script that a folder stands for
   */
  Scripts(Path root, String entry) {
    this.root = root;
    Path first = root.resolve(entry.isEmpty() ? "index.php" : entry).normalize();
    Path folder = first.getParent();
    documents = folder == null ? root : folder;
    index = String.valueOf(first.getFileName());
  }

  @Override
  public RequestHead apply(RequestHead head) throws RefusedException {
    String named = head.value("SCRIPT_FILENAME");
    Matcher apaches = APACHES.matcher(named);
    ImmutableMap<String, String> found =
        apaches.matches()
            ? check(apaches.group(1))
            : named.isEmpty() || named.startsWith("proxy:") ? find(head) : check(named);
    return head.with(ALWAYS).with(found);
  }

  /** A script that was named has to be one, and the application's. */
  private ImmutableMap<String, String> check(String named) throws RefusedException {
    if (known.getIfPresent(named) != null) {
      return ImmutableMap.of("SCRIPT_FILENAME", named);
    }
    Path file = path(named);
    try {
      if (file == null || !file.isAbsolute() || !isScript(named)) {
        throw new RefusedException("403 Forbidden", named + " does not end in .php");
      }
      if (!file.toRealPath().startsWith(root)) {
        throw new RefusedException("403 Forbidden", named + " is not below " + root);
      }
      known.put(named, true);
      return ImmutableMap.of("SCRIPT_FILENAME", named);
    } catch (IOException e) {
      throw new RefusedException("404 Not Found", "there is no script " + named);
    }
  }

  private ImmutableMap<String, String> find(RequestHead head) throws RefusedException {
    String path = head.path();
    Path at = documents;
    int length = 0;
    boolean there = true;
    for (String name : SLASHES.split(path)) {
      length = path.indexOf(name, length) + name.length();
      if (name.startsWith(".") && !name.equals(".well-known")) {
        throw new RefusedException("404 Not Found", path + " has a hidden name in it");
      }
      Path next = path(name);
      if (next == null) {
        there = false; // a name that no file here can have
        break;
      }
      at = at.resolve(next);
      if (Files.isRegularFile(at) && isScript(name)) {
        return variables(at, path.substring(0, length), path.substring(length));
      }
      if (!Files.isDirectory(at)) {
        there = false;
        break;
      }
    }
    if (there && Files.isRegularFile(at.resolve(index))) {
      String folder = path.endsWith("/") ? path : path + "/";
      return variables(at.resolve(index), folder + index, "");
    }
    Path first = documents.resolve(index);
    if (!Files.isRegularFile(first)) {
      throw new RefusedException("404 Not Found", path + " leads to no script below " + documents);
    }
    return variables(first, "/" + index, path);
  }

  private ImmutableMap<String, String> variables(Path file, String name, String pathInfo)
      throws RefusedException {
    var _ = check(bytes(file)); // a link may lead elsewhere
    return ImmutableMap.of(
        "SCRIPT_FILENAME",
        bytes(file),
        "SCRIPT_NAME",
        name,
        "PATH_INFO",
        pathInfo,
        "DOCUMENT_ROOT",
        bytes(documents));
  }

  private static boolean isScript(String name) {
    return name.endsWith(".php") || name.endsWith(".phar");
  }

  /** The characters of a variable are bytes, those of a path are letters. */
  private static @Nullable Path path(String bytes) {
    try {
      return Path.of(new String(bytes.getBytes(ISO_8859_1), UTF_8));
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static String bytes(Path path) {
    return new String(path.toString().getBytes(UTF_8), ISO_8859_1);
  }
}
