package dev.carpool.audit;

import dev.carpool.api.Receipt;
import dev.carpool.log.HarmlessText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit lines. Each says who and what, in one line whatever the names are made of; the time is
 * the line's own.
 *
 * <p>Safe in any thread.
 */
public final class AuditLog {

  private static final Logger LOG = LoggerFactory.getLogger("audit");

  private AuditLog() {}

  /** Somebody changed a setting, or began a new generation: from, to. */
  public static void changed(String who, Receipt receipt) {
    did(who, receipt.toString());
  }

  /** Somebody did something that has no receipt: stopped the server, let it read its file again. */
  public static void did(String who, String what) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}: {}", HarmlessText.line(who), HarmlessText.line(what));
    }
  }

  /** Somebody wanted to change something, and may not. Nothing was changed. */
  public static void denied(String who, String what) {
    LOG.warn("{}: DENIED: {}", HarmlessText.line(who), HarmlessText.line(what));
  }
}
