package dev.carpool.config;

import com.google.common.collect.ImmutableSet;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Who may look at the server from outside, and how.
 *
 * @param lookGroup who may look beside root and the server's own user; null for nobody
 * @param listen where the admin listener is, of loopback or a Unix socket; null for none
 * @param hosts names beside those of loopback under which that is asked for, in lower case
 */
public record AdminConfig(
    @Nullable LookGroup lookGroup, @Nullable Address listen, ImmutableSet<String> hosts) {

  /** Nobody else may look, and nothing listens. */
  public static final AdminConfig NONE = new AdminConfig(null, null, ImmutableSet.of());

  /** The number of the group of those who may look. */
  public OptionalLong lookGid() {
    return lookGroup == null ? OptionalLong.empty() : OptionalLong.of(lookGroup.gid());
  }

  public AdminConfig withListen(Address listen) {
    return new AdminConfig(lookGroup, listen, hosts);
  }
}
