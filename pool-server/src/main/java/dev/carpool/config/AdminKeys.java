package dev.carpool.config;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of [admin]: who may look from outside, and where. */
final class AdminKeys {

  private static final ImmutableSet<String> KEYS = ImmutableSet.of("listen", "hosts", "look_group");

  private AdminKeys() {}

  /** What can follow {@code http://}, without a port. */
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]");

  /**
   * Reads them.
   *
   * @param folder from which relative paths count
   */
  static AdminConfig read(@Nullable Section admin, Path folder) {
    if (admin == null) {
      return AdminConfig.NONE;
    }
    admin.allow(KEYS);
    return new AdminConfig(
        lookGroup(admin),
        listen(admin, folder),
        ImmutableSet.copyOf(admin.list("hosts", AdminKeys::host)));
  }

  private static @Nullable Address listen(Section admin, Path folder) {
    String word = admin.text("listen");
    try {
      return word == null ? null : AdminListenWord.parse(word, folder);
    } catch (IllegalArgumentException e) {
      admin.wrong(admin.at("listen"), "'listen': " + e.getMessage());
      return null;
    }
  }

  private static String host(String name) {
    if (!HOST.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is no host; write its name alone, as \"carpool.example.org\"");
    }
    return Ascii.toLowerCase(name);
  }

  private static @Nullable LookGroup lookGroup(Section admin) {
    String name = admin.nameOrNumber("look_group");
    if (name == null) {
      return null;
    }
    try {
      OptionalLong gid = UserDatabase.group(name);
      if (gid.isPresent()) {
        return new LookGroup(name, gid.getAsLong());
      }
      admin.wrong(
          admin.at("look_group"),
          "'look_group': this machine has no group '%s'".formatted(Section.shown(name)));
    } catch (IOException e) {
      admin.wrong(admin.at("look_group"), "'look_group' cannot be looked up: " + e.getMessage());
    }
    return null;
  }
}
