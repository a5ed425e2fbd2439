package dev.carpool.front;

import dev.carpool.api.AppSpec;
import java.time.Duration;

/**
 * What a front does with whoever comes.
 *
 * @param app that is asked for
 * @param timeout how long a visitor may wait for a process: waiting, starting and handing over
 *     together
 * @param development whether visitors may see why the application does not start
 */
public record FrontSettings(AppSpec app, Duration timeout, boolean development) {}
