package dev.carpool.door;

import com.google.common.base.Suppliers;
import dev.carpool.descriptor.Account;
import dev.carpool.descriptor.UnixSocket;
import dev.carpool.descriptor.UserDatabase;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Somebody who comes in.
 *
 * @param rights what the guest may do
 * @param who the name, for the audit; found out when it is needed
 */
record Guest(Rights rights, Supplier<String> who) {

  /** A process that connected under its user's name. */
  static Guest of(UnixSocket.Peer peer, Rights rights) {
    return new Guest(rights, Suppliers.memoize(() -> name(peer)));
  }

  private static String name(UnixSocket.Peer peer) {
    long uid = Integer.toUnsignedLong(peer.uid());
    String user;
    try {
      Account account = UserDatabase.user(uid);
      user = account == null ? "no name" : account.name();
    } catch (IOException e) {
      user = "name unknown";
    }
    return "%s (uid %d, pid %d)".formatted(user, uid, peer.pid());
  }
}
