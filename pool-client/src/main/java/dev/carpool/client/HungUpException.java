package dev.carpool.client;

import java.io.IOException;

/**
 * The server ended a connection before it answered: it was one that somebody else had asked for and
 * never taken, or the server does not want to talk.
 */
final class HungUpException extends IOException {
  HungUpException(String message) {
    super(message);
  }
}
