package dev.carpool.spawn;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import dev.carpool.descriptor.Account;
import java.util.Map;

/** The words that make a process somebody's who cannot get any further. */
final class Privileges {

  private Privileges() {}

  /**
   * {@code setpriv} with all its options. A user who is not root has no capability, and no way to
   * get one: also not by a program that is set-user-ID.
   *
   * @param server the server's own environment
   */
  static ImmutableList<String> setpriv(Identity identity, Map<String, String> server)
      throws StartProblem {
    ImmutableList.Builder<String> words = ImmutableList.builder();
    words.add(SystemProgram.path("setpriv", server), "--no-new-privs");
    Account account = identity.account();
    if (account != null) {
      // Numbers: setpriv then asks no database again, and all are set that were decided on.
      words.add("--reuid=" + account.uid(), "--regid=" + identity.gid());
      words.add(
          identity.groups().isEmpty()
              ? "--clear-groups"
              : "--groups=" + Joiner.on(',').join(identity.groups()));
    }
    if (account == null || identity.isRestricted()) {
      words.add("--inh-caps=-all", "--ambient-caps=-all");
    }
    if (identity.isRestricted()) {
      words.add("--bounding-set=-all");
    }
    return words.add("--").build();
  }
}
