package dev.carpool.server;

import dev.carpool.admin.AdminListener;
import dev.carpool.admin.AdminSettings;
import dev.carpool.admin.AdminSources;
import dev.carpool.admin.AdminToken;
import dev.carpool.config.Address;
import dev.carpool.config.AdminConfig;
import dev.carpool.config.LookGroup;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin listener as the configuration wants it: none, or one, and its token, which stays the
 * same for as long as the server runs.
 *
 * <p>Loads nothing of HTTP while none is wanted. Safe in any thread.
 */
final class AdminHttp implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminHttp.class);

  private static final int OWNER_ALONE = 0600;
  private static final int OWNER_AND_GROUP = 0660;

  private final Path tokenFile;
  private final Function<AdminToken, AdminSources> sources;
  private AdminConfig config = AdminConfig.NONE; // guarded by this; what is open
  private @Nullable AdminToken token; // guarded by this
  private @Nullable AdminListener listener; // guarded by this

  /**
   * Nothing is open yet.
   *
   * @param tokenFile where the token is to be read
   * @param sources what the listener is about
   */
  AdminHttp(Path tokenFile, Function<AdminToken, AdminSources> sources) {
    this.tokenFile = tokenFile;
    this.sources = sources;
  }

  /**
   * Listens where it is wanted, and nowhere else.
   *
   * @throws IOException if that is not possible; the message says why and what to do. What was open
   *     stays, unless it is in the same place
   */
  synchronized void follow(AdminConfig wanted) throws IOException {
    if (wanted.equals(config)) {
      return;
    }
    AdminListener before = listener;
    Address place = wanted.listen();
    if (place == null || place.equals(config.listen())) {
      closeListener(); // first: a place is one listener's
      before = null;
    }
    if (place != null) {
      if (token == null) {
        token = AdminToken.create(tokenFile);
      }
      listener = AdminListener.open(settings(place, wanted), sources.apply(token));
      LOG.info("the admin listener is at {}; {} allows to change", listener.url(), token);
    }
    config = wanted;
    if (before != null) {
      before.close();
    }
    if (listener == null) {
      forget();
    }
  }

  private static AdminSettings settings(Address place, AdminConfig config) throws IOException {
    SocketAddress address =
        switch (place) {
          case Address.Tcp(String host, int port) -> loopback(host, port);
          case Address.Unix(Path path) -> UnixDomainSocketAddress.of(path);
          case Address.Inherited inherited -> throw new IOException("not possible: " + inherited);
        };
    return new AdminSettings(address, permissions(config.lookGroup()), config.hosts());
  }

  private static InetSocketAddress loopback(String host, int port) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    if (!address.isLoopbackAddress()) {
      throw new IOException(
          "[admin] listen: %s is %s on this machine, which is not of loopback"
              .formatted(host, address.getHostAddress()));
    }
    return new InetSocketAddress(address, port);
  }

  /** Who may look may connect. */
  private static SocketPermissions permissions(@Nullable LookGroup lookers) throws IOException {
    if (lookers == null) {
      return new SocketPermissions(null, null, OWNER_ALONE);
    }
    return new SocketPermissions(
        null,
        FileSystems.getDefault()
            .getUserPrincipalLookupService()
            .lookupPrincipalByGroupName(lookers.name()),
        OWNER_AND_GROUP);
  }

  /** Where it listens; null if it does not. */
  synchronized @Nullable String url() {
    return listener == null ? null : listener.url();
  }

  /** The page with the right to change, for the person that has just started the server. */
  synchronized @Nullable String urlWithToken() {
    return listener == null || token == null ? null : listener.url() + "#token=" + token.text();
  }

  private void closeListener() {
    if (listener != null) {
      LOG.info("the admin listener at {} is closed", listener.url());
      listener.close();
      listener = null;
      config = AdminConfig.NONE;
    }
  }

  private void forget() throws IOException {
    if (token != null) {
      token.close();
      token = null;
    }
  }

  /** Ends what is open and removes the token. */
  @Override
  public synchronized void close() throws IOException {
    if (listener != null) {
      listener.close();
      listener = null;
    }
    forget();
  }

  @Override
  public String toString() {
    return "the admin listener";
  }
}
