package dev.carpool.door;

import dev.carpool.wire.proto.Request;
import java.util.Locale;

/** What somebody who came in may do. */
enum Rights {

  /** What the web server's processes do: get sessions, and set limits as the ancestor's did. */
  USE {
    @Override
    boolean allow(Request.CommandCase command) {
      return command != Request.CommandCase.STOP;
    }

    @Override
    String refusal() {
      return "The server is stopped on its admin socket alone.";
    }
  },

  /** Look, and change nothing: a session is one place less for others. */
  LOOK {
    @Override
    boolean allow(Request.CommandCase command) {
      return switch (command) {
        case HELLO,
            GET_ACTIVE,
            GET_COUNT,
            GET_SPAWN_SERVER_PID,
            GET_STATUS,
            GET_REQUESTS,
            COMMAND_NOT_SET ->
            true;
        default -> false; // also what is added one day, until somebody thinks of it here
      };
    }

    @Override
    String refusal() {
      return "You may look and not change: that is for root and the server's own user.";
    }
  },

  /** Everything. */
  ADMINISTER {
    @Override
    boolean allow(Request.CommandCase command) {
      return true;
    }

    @Override
    String refusal() {
      throw new AssertionError("nothing is refused");
    }
  };

  abstract boolean allow(Request.CommandCase command);

  /** Who may do what these rights do not allow. */
  abstract String refusal();

  /** What somebody asked for, for the log: the command, and the value if there is one. */
  static String words(Request request) {
    String command =
        request.getCommandCase().name().toLowerCase(Locale.ROOT).replaceFirst("_", " ");
    return switch (request.getCommandCase()) {
      case SET_MAX -> command + " to " + request.getSetMax().getMax();
      case SET_MAX_PER_APP -> command + " to " + request.getSetMaxPerApp().getMaxPerApp();
      case SET_MAX_IDLE_TIME -> command + " to " + request.getSetMaxIdleTime().getMillis() + " ms";
      case SET_QUEUE_MAX -> command + " to " + request.getSetQueueMax().getQueueMax();
      case RESTART -> command + " " + request.getRestart().getApp();
      default -> command;
    };
  }
}
