package dev.carpool.api;

import java.time.Duration;

/**
 * A request that a process is serving.
 *
 * @param app its application
 * @param pid of the process
 * @param session the pool's number of it
 * @param age since it was given to the process
 * @param what its method and path, where the process says it; else empty
 */
public record RunningRequest(String app, long pid, long session, Duration age, String what) {}
