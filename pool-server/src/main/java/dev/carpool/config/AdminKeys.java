package dev.carpool.config;

import com.google.common.collect.ImmutableSet;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The keys of [admin]: who may look from outside. */
final class AdminKeys {

  private static final ImmutableSet<String> KEYS = ImmutableSet.of("look_group");

  private AdminKeys() {}

  static AdminConfig read(@Nullable Section admin) {
    if (admin == null) {
      return AdminConfig.NONE;
    }
    admin.allow(KEYS);
    return new AdminConfig(lookGroup(admin));
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
