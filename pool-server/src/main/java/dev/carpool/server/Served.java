package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import dev.carpool.backlog.ListenerName;
import dev.carpool.config.Environment;
import dev.carpool.config.Listener;
import dev.carpool.config.ServerConfig;
import dev.carpool.descriptor.ListeningSocket;
import dev.carpool.front.Front;
import dev.carpool.front.FrontProtocol;
import dev.carpool.front.FrontSettings;
import dev.carpool.gateway.Gateway;
import dev.carpool.gateway.GatewaySettings;
import dev.carpool.live.LivePool;
import dev.carpool.status.WatchedListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A listener that is open. */
sealed interface Served {

  /** Where, for people. */
  String where();

  /** What there is of accept queues, to be watched. */
  List<WatchedListener> watched(String app) throws IOException;

  /** Does from now on what the configuration says; the listening socket stays open. */
  void change(ServerConfig config, ServerConfig.App app) throws IOException;

  /** Finishes what has begun, for as long as the patience lasts, and listens no more. */
  void close(Duration patience) throws IOException;

  /** Whether browsers are handed over to processes, which must speak HTTP. */
  boolean isStraight();

  /** Answers at once all that is running, as far as it can; may be called while closing. */
  default void breakOff() {}

  /** A gateway. */
  record Http(Gateway gateway, Listener.Http listener, Path bodies) implements Served {

    static Http open(
        LivePool pool,
        ServerConfig config,
        ServerConfig.App app,
        Listener.Http listener,
        Path bodies)
        throws IOException {
      Gateway gateway = new Gateway(settings(config, app, listener, bodies), pool);
      gateway.start();
      return new Http(gateway, listener, bodies);
    }

    private static GatewaySettings settings(
        ServerConfig config, ServerConfig.App app, Listener.Http listener, Path bodies) {
      InetSocketAddress address =
          listener.host().equals("*")
              ? new InetSocketAddress(listener.port())
              : new InetSocketAddress(listener.host(), listener.port());
      return GatewaySettings.of(address, app.spec(), config.queueTimeout(), bodies)
          .withMaxBody(config.maxBody())
          .withDevelopment(config.environment() == Environment.DEVELOPMENT);
    }

    @Override
    public String where() {
      String host = listener.host().equals("*") ? "0.0.0.0" : listener.host();
      String shown = host.contains(":") ? "[" + host + "]" : host;
      return "http://" + shown + ":" + gateway.address().getPort();
    }

    @Override
    public List<WatchedListener> watched(String app) {
      InetSocketAddress address = gateway.address();
      InetAddress host = address.getAddress();
      boolean any = host == null || host.isAnyLocalAddress();
      return List.of(
          WatchedListener.own(app, new ListenerName.Tcp(any ? null : host, address.getPort())));
    }

    @Override
    public void change(ServerConfig config, ServerConfig.App app) {
      gateway.change(settings(config, app, listener, bodies));
    }

    @Override
    public void close(Duration patience) {
      gateway.close(patience);
    }

    @Override
    public boolean isStraight() {
      return false;
    }

    @Override
    public void breakOff() {
      gateway.breakOff();
    }
  }

  /** One front, or all that systemd passed under one name. */
  record Fronts(List<Front> fronts) implements Served {

    static Fronts open(
        LivePool pool,
        ServerConfig config,
        ServerConfig.App app,
        FrontProtocol protocol,
        List<ListeningSocket> sockets) {
      FrontSettings settings = settings(config, app);
      return new Fronts(
          sockets.stream().map(socket -> Front.open(socket, protocol, settings, pool)).toList());
    }

    private static FrontSettings settings(ServerConfig config, ServerConfig.App app) {
      return new FrontSettings(
          app.spec(), config.queueTimeout(), config.environment() == Environment.DEVELOPMENT);
    }

    @Override
    public String where() {
      return String.join(" and ", fronts.stream().map(Front::toString).toList());
    }

    @Override
    public List<WatchedListener> watched(String app) throws IOException {
      ImmutableList.Builder<WatchedListener> watched = ImmutableList.builder();
      for (Front front : fronts) {
        watched.add(WatchedListener.own(app, front.inode()));
      }
      return watched.build();
    }

    @Override
    public void change(ServerConfig config, ServerConfig.App app) throws IOException {
      for (Front front : fronts) {
        front.change(settings(config, app));
        front.permit(app.permissions());
      }
    }

    @Override
    public boolean isStraight() {
      return fronts.stream().anyMatch(front -> front.protocol() == FrontProtocol.HTTP);
    }

    @Override
    public void close(Duration patience) throws IOException {
      for (Front front : fronts) {
        front.close();
      }
    }
  }
}
