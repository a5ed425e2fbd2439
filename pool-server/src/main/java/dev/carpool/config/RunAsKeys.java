package dev.carpool.config;

import com.google.common.collect.ImmutableSet;
import dev.carpool.api.RunAs;
import dev.carpool.descriptor.Account;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys that say whose processes an application's are, and with what rights. */
final class RunAsKeys {

  static final ImmutableSet<String> KEYS = ImmutableSet.of("user", "group", "umask", "max_files");

  private static final Pattern UMASK = Pattern.compile("0?[0-7]{3}");

  /** A process needs a few for itself, its line and its connections. */
  private static final int FEWEST_FILES = 16;

  private static final long ROOT = 0;

  private RunAsKeys() {}

  static RunAs read(Section app) {
    return read(app, UserDatabase.effectiveUid(), UserDatabase.effectiveGid());
  }

  /** Reads them for a server of this user and group. */
  static RunAs read(Section app, long serverUid, long serverGid) {
    return new RunAs(
        user(app, serverUid),
        group(app, serverUid, serverGid),
        umask(app),
        app.number("max_files", FEWEST_FILES, RunAs.DEFAULT_MAX_FILES));
  }

  private static @Nullable String user(Section app, long serverUid) {
    String name = app.nameOrNumber("user");
    if (name == null) {
      return null;
    }
    try {
      Account user = UserDatabase.user(name);
      if (user == null) {
        missing(app, "user", name);
      } else if (serverUid != ROOT && user.uid() != serverUid) {
        Account server = UserDatabase.user(serverUid);
        onlyRoot(app, "user", name, server == null ? "" + serverUid : server.name());
      }
    } catch (IOException e) {
      unanswered(app, "user", e);
    }
    return name;
  }

  private static @Nullable String group(Section app, long serverUid, long serverGid) {
    String name = app.nameOrNumber("group");
    if (name == null) {
      return null;
    }
    try {
      OptionalLong gid = UserDatabase.group(name);
      if (gid.isEmpty()) {
        missing(app, "group", name);
      } else if (serverUid != ROOT && gid.getAsLong() != serverGid) {
        onlyRoot(app, "group", name, "in group " + serverGid);
      }
    } catch (IOException e) {
      unanswered(app, "group", e);
    }
    return name;
  }

  private static void missing(Section app, String key, String name) {
    app.wrong(
        app.at(key), "'%s': this machine has no %1$s '%s'".formatted(key, Section.shown(name)));
  }

  private static void onlyRoot(Section app, String key, String name, String own) {
    app.wrong(
        app.at(key),
        "'%s' is \"%s\", but only a server that is root can switch, and this one is %s"
            .formatted(key, Section.shown(name), own));
  }

  private static void unanswered(Section app, String key, IOException e) {
    app.wrong(app.at(key), "'%s' cannot be looked up: %s".formatted(key, e.getMessage()));
  }

  private static int umask(Section app) {
    String text = app.text("umask");
    if (text == null) {
      return RunAs.DEFAULT_UMASK;
    }
    if (!UMASK.matcher(text).matches()) {
      app.wrong(
          app.at("umask"),
          "'umask' is \"%s\", but must be one of umask(1), as \"0022\" or \"0027\""
              .formatted(Section.shown(text)));
      return RunAs.DEFAULT_UMASK;
    }
    return Integer.parseInt(text, 8);
  }
}
