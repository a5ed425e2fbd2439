package dev.carpool.config;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Who may look at the server from outside, and how.
 *
 * @param lookGroup who may look beside root and the server's own user; null for nobody
 */
public record AdminConfig(@Nullable LookGroup lookGroup) {

  /** Nobody else may look. */
  public static final AdminConfig NONE = new AdminConfig(null);

  /** The number of the group of those who may look. */
  public OptionalLong lookGid() {
    return lookGroup == null ? OptionalLong.empty() : OptionalLong.of(lookGroup.gid());
  }
}
