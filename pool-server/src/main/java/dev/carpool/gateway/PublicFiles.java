package dev.carpool.gateway;

import com.google.common.base.Splitter;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.http.content.ResourceHttpContent;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ResourceService;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.jspecify.annotations.Nullable;

/**
 * The files that the gateway serves by itself: those in the folder {@code public} of the
 * application's root. A PHP application may have its files beside its scripts instead: of those the
 * gateway serves what belongs to pages, by its ending, and never a script's text.
 *
 * <p>A path is a file's only if it leads there letter by letter: no dot segment, no empty segment,
 * no encoded slash, no hidden name (but {@code .well-known}), and no symbolic link out of the
 * folder. Everything else, also a folder's name, is the application's.
 */
final class PublicFiles {

  private static final Splitter SLASHES = Splitter.on('/');

  private static final Pattern ANYTHING = Pattern.compile(".*", Pattern.DOTALL);
  private static final Pattern SCRIPT = Pattern.compile("(?i).*\\.(php\\d*|phtml|phar|inc)");
  private static final Pattern PART_OF_A_PAGE =
      Pattern.compile("(?i).*\\.(css|m?js|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot)");

  private final Path root;
  private final Pattern served;
  private final ResourceService service = new ResourceService();

  private PublicFiles(Path root, Pattern served) {
    this.root = root;
    this.served = served;
    service.setEtags(true);
    service.setAcceptRanges(true);
    service.setDirAllowed(false);
    service.setHttpContentFactory(path -> null); // each file is given to it
  }

  /** The public files of an application, or null if it has none. */
  static @Nullable PublicFiles of(AppSpec app) {
    Path folder = app.root().resolve("public");
    boolean mayBePhp = app.kind() == AppKind.PHP || app.kind() == AppKind.AUTO;
    try {
      if (Files.isDirectory(folder)) {
        return new PublicFiles(folder.toRealPath(), ANYTHING);
      }
      return mayBePhp && Files.isRegularFile(app.root().resolve("index.php"))
          ? new PublicFiles(app.root().toRealPath(), PART_OF_A_PAGE)
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Serves a file if the request names one. Otherwise nothing has happened. */
  boolean serve(Request request, Response response, Callback callback) {
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      return false;
    }
    Path file = find(request.getHttpURI().getPath());
    if (file == null) {
      return false;
    }
    Resource resource = ResourceFactory.root().newResource(file);
    String type = MimeTypes.DEFAULTS.getMimeByExtension(file.getFileName().toString());
    service.doGet(request, response, callback, new ResourceHttpContent(resource, type));
    return true;
  }

  /** The file of a path as it was sent, or null. */
  @Nullable Path find(@Nullable String rawPath) {
    if (rawPath == null || !rawPath.startsWith("/") || rawPath.indexOf(';') >= 0) {
      return null;
    }
    List<String> segments =
        SLASHES.splitToList(rawPath.equals("/") ? "index.html" : rawPath.substring(1));
    Path file = root;
    for (int i = 0; i < segments.size(); i++) {
      String name = fileName(segments.get(i));
      if (name == null || (name.startsWith(".") && !(i == 0 && name.equals(".well-known")))) {
        return null;
      }
      try {
        file = file.resolve(name);
      } catch (InvalidPathException e) {
        return null;
      }
    }
    try {
      Path real = file.toRealPath();
      String name = file.getFileName().toString();
      boolean wanted =
          served.matcher(name).matches() && !SCRIPT.matcher("" + real.getFileName()).matches();
      return wanted && real.startsWith(root) && Files.isRegularFile(real) && Files.isReadable(real)
          ? real
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable String fileName(String segment) {
    String name;
    try {
      name =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(ScgiRequest.decoded(segment)))
              .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    boolean plain = !name.isEmpty() && name.indexOf('/') < 0 && name.indexOf('\0') < 0;
    return plain ? name : null;
  }
}
