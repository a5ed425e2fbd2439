package dev.carpool.wire;

import java.io.IOException;

/** The peer does not keep to the framing. Nothing that it sends afterwards can be understood. */
public final class MalformedFrameException extends IOException {

  public MalformedFrameException(String message) {
    super(message);
  }

  MalformedFrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
