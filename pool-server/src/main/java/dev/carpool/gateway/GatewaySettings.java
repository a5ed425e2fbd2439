package dev.carpool.gateway;

import com.google.common.base.Preconditions;
import dev.carpool.api.AppSpec;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a gateway serves, and where.
 *
 * @param address where it listens; port 0 for any that is free
 * @param app the application behind it
 * @param requestTimeout how long a request may wait for a process once its body has arrived
 * @param maxBody the largest request body that is taken, in bytes
 * @param memoryBody the largest body that is kept in memory, in bytes; a larger one is kept in a
 *     file
 * @param bodyDirectory where such files live, without a name; not a directory that others can write
 * @param development whether a visitor may see why the application does not start
 */
public record GatewaySettings(
    InetSocketAddress address,
    AppSpec app,
    Duration requestTimeout,
    long maxBody,
    int memoryBody,
    Path bodyDirectory,
    boolean development) {

  public static final long DEFAULT_MAX_BODY = 1L << 30;
  public static final int DEFAULT_MEMORY_BODY = 256 * 1024;

  public GatewaySettings {
    Preconditions.checkArgument(
        requestTimeout.isPositive(), "the request timeout must be positive");
    Preconditions.checkArgument(maxBody >= 0, "the largest body cannot be negative: %s", maxBody);
    Preconditions.checkArgument(memoryBody >= 0, "the memory cannot be negative: %s", memoryBody);
  }

  /** A gateway with the default limits that shows a visitor nothing of the inside. */
  public static GatewaySettings of(
      InetSocketAddress address, AppSpec app, Duration requestTimeout, Path bodyDirectory) {
    return new GatewaySettings(
        address, app, requestTimeout, DEFAULT_MAX_BODY, DEFAULT_MEMORY_BODY, bodyDirectory, false);
  }

  public GatewaySettings withMaxBody(long maxBody) {
    return new GatewaySettings(
        address, app, requestTimeout, maxBody, memoryBody, bodyDirectory, development);
  }

  public GatewaySettings withMemoryBody(int memoryBody) {
    return new GatewaySettings(
        address, app, requestTimeout, maxBody, memoryBody, bodyDirectory, development);
  }

  public GatewaySettings withDevelopment(boolean development) {
    return new GatewaySettings(
        address, app, requestTimeout, maxBody, memoryBody, bodyDirectory, development);
  }
}
