package dev.carpool.admin;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.Receipt;
import dev.carpool.api.Setting;
import dev.carpool.audit.AuditLog;
import dev.carpool.audit.AuditedPool;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may be changed over HTTP, and by whom. The body of a request is what a person would type
 * after {@code carpool set max} or {@code carpool restart}, and the answer is the same receipt.
 */
final class Changes {

  /** What a body may be long: an application's name is at most a path. */
  static final int LONGEST_BODY = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

  private static final String LIMITS = "/limits/";
  private static final String RESTART = "/restart";
  private static final String SCHEME = "Bearer ";

  private final ApplicationPool pool;
  private final AdminToken token;
  private final WrongTokens wrong = new WrongTokens();

  Changes(ApplicationPool pool, AdminToken token) {
    this.pool = pool;
    this.token = token;
  }

  /** Whether something can be changed by a path. */
  static boolean has(String path) {
    return path.equals(RESTART) || setting(path) != null;
  }

  private static @Nullable Setting setting(String path) {
    if (path.startsWith(LIMITS)) {
      try {
        return Setting.of(path.substring(LIMITS.length()));
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    return null;
  }

  /** Why this request may change nothing; null if it may. */
  @Nullable Answer denial(HttpFields headers, String path, String who) {
    String given = headers.get(HttpHeader.AUTHORIZATION);
    if (given == null) {
      return Answer.text(
              401, "Changing needs %s: send it as Authorization: Bearer TOKEN".formatted(token))
          .with("WWW-Authenticate", "Bearer realm=\"carpool\"");
    }
    if (given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && token.is(given.substring(SCHEME.length()).strip())) {
      return null;
    }
    WrongTokens.Fate fate = wrong.next(System.nanoTime());
    if (!fate.answered()) {
      return Answer.text(429, "Too many wrong tokens; come again in a second")
          .with("Retry-After", "1");
    }
    if (fate.unsaid() > 0) {
      LOG.warn("{} more wrong tokens came than are said one by one", fate.unsaid());
    }
    AuditLog.denied(who + ", with a wrong token", "POST " + path);
    return Answer.text(
            401,
            "This is not %s, which is another one after each start of the server".formatted(token))
        .with("WWW-Authenticate", "Bearer realm=\"carpool\", error=\"invalid_token\"");
  }

  /** Does what is asked for by somebody who may. */
  Answer apply(String path, String body, String who) {
    String value = body.strip();
    ApplicationPool theirs = new AuditedPool(pool, () -> who + ", with the token");
    try {
      return Answer.text(200, receipt(theirs, path, value).toString());
    } catch (IllegalArgumentException e) {
      return Answer.text(400, String.valueOf(e.getMessage()));
    } catch (PoolException e) {
      return Answer.text(status(e), String.valueOf(e.getMessage()));
    }
  }

  private static Receipt receipt(ApplicationPool pool, String path, String value)
      throws PoolException {
    Setting setting = setting(path);
    if (value.isEmpty()) {
      throw new IllegalArgumentException(
          setting == null
              ? "the body must be the name of an application"
              : "the body must be the value of " + setting.name().toLowerCase(Locale.ROOT));
    }
    return setting == null ? pool.restart(value) : setting.parse(value).apply(pool);
  }

  private static int status(PoolException e) {
    return switch (e) {
      case PoolException.BadRequest _ -> 400;
      case PoolException.Denied _ -> 403;
      case PoolException.NotFound _ -> 404;
      case PoolException.QueueFull _,
          PoolException.QueueTimeout _,
          PoolException.ShuttingDown _,
          PoolException.SpawnFailed _,
          PoolException.Unavailable _ ->
          503;
    };
  }
}
