package dev.carpool.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys that say where an application is served and who may connect. */
final class ListenKeys {

  static final ImmutableSet<String> PERMISSIONS =
      ImmutableSet.of("listen_owner", "listen_group", "listen_mode");

  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final int ANYBODY_WRITES = 0222;

  /** Folder of the file, from which relative paths count. */
  private final Path folder;

  /** Who listens where, to find two at one place. */
  private final Map<String, Taken> places = new HashMap<>();

  private record Taken(String app, Listener listener) {}

  ListenKeys(Path file) {
    folder = file.toAbsolutePath().resolveSibling("").normalize();
  }

  /** Where an application is served, and who may connect to its Unix sockets. */
  record Listening(ImmutableList<Listener> listeners, SocketPermissions permissions) {}

  Listening read(Section app, String name) {
    int before = app.problems();
    ImmutableList<Listener> listeners = listeners(app, name);
    boolean known = app.problems() == before;
    return new Listening(listeners, permissions(app, known ? listeners : null));
  }

  private ImmutableList<Listener> listeners(Section app, String name) {
    return app.list(
        "listen",
        word -> {
          Listener listener = ListenerWord.parse(word, folder);
          String place = place(listener);
          Taken other = place == null ? null : places.putIfAbsent(place, new Taken(name, listener));
          if (other != null) {
            throw new IllegalArgumentException(
                "app '%s' listens at %s already".formatted(other.app, other.listener));
          }
          return listener;
        });
  }

  /** What only one can have, however it is written; null if there is enough for all. */
  private static @Nullable String place(Listener listener) {
    return switch (listener) {
      case Listener.Http http -> place(new Address.Tcp(http.host(), http.port()));
      case Listener.Scgi(Address address) -> place(address);
      case Listener.FastCgi(Address address) -> place(address);
    };
  }

  private static @Nullable String place(Address address) {
    return switch (address) {
      case Address.Tcp tcp -> tcp.port() == 0 ? null : tcp.toString();
      case Address.Unix unix -> "unix:" + real(unix.path());
      case Address.Inherited inherited -> inherited.toString();
    };
  }

  /** The path without links in it, as /var/run is one to /run. */
  private static Path real(Path path) {
    Path parent = path.getParent();
    try {
      return parent == null ? path : parent.toRealPath().resolve(path.getFileName());
    } catch (IOException e) {
      return path; // no such folder yet
    }
  }

  /**
   * Who may connect to the Unix sockets of an application.
   *
   * @param listeners of the application; null if they are not known because of another problem
   */
  private static SocketPermissions permissions(
      Section app, @Nullable ImmutableList<Listener> listeners) {
    UserPrincipalLookupService users = FileSystems.getDefault().getUserPrincipalLookupService();
    if (listeners != null && listeners.stream().noneMatch(ListenKeys::isUnix)) {
      for (String key : PERMISSIONS) {
        if (app.has(key)) {
          app.wrong(
              app.at(key),
              "'%s' is for Unix sockets, and this app listens on none; add listen =".formatted(key)
                  + " [\"scgi:unix:PATH\"] or remove it");
        }
      }
    }
    UserPrincipal owner = principal(app, "listen_owner", "user", users::lookupPrincipalByName);
    GroupPrincipal group =
        principal(app, "listen_group", "group", users::lookupPrincipalByGroupName);
    return new SocketPermissions(owner, group, mode(app));
  }

  private static boolean isUnix(Listener listener) {
    return listener instanceof Listener.Scgi(Address.Unix _)
        || listener instanceof Listener.FastCgi(Address.Unix _);
  }

  private interface Lookup<P> {
    P find(String name) throws IOException;
  }

  private static <P> @Nullable P principal(Section app, String key, String what, Lookup<P> lookup) {
    String name = app.nameOrNumber(key);
    if (name == null) {
      return null;
    }
    try {
      if (name.startsWith("-")) {
        throw new UserPrincipalNotFoundException(name); // -1 would mean to chown(2): leave it
      }
      return lookup.find(name);
    } catch (IOException e) {
      app.wrong(
          app.at(key),
          "'%s': this machine has no %s '%s'".formatted(key, what, Section.shown(name)));
      return null;
    }
  }

  private static int mode(Section app) {
    String text = app.text("listen_mode");
    if (text == null) {
      return SocketPermissions.DEFAULT_MODE;
    }
    if (!MODE.matcher(text).matches()) {
      app.wrong(
          app.at("listen_mode"),
          "'listen_mode' is \"%s\", but must be a mode of chmod, as \"0660\" or \"0666\""
              .formatted(Section.shown(text)));
      return SocketPermissions.DEFAULT_MODE;
    }
    int mode = Integer.parseInt(text, 8);
    if ((mode & ANYBODY_WRITES) == 0) {
      app.wrong(
          app.at("listen_mode"),
          "'listen_mode' is \"%s\", but who connects must have the right to write, as in \"0660\""
              .formatted(text));
    }
    return mode;
  }
}
