package dev.carpool.spawn;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is worth saying about an application, but not with each of its processes. */
final class Notices {

  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
  private static final Duration ONCE_IN = Duration.ofHours(1);

  private static final Cache<String, Boolean> SAID =
      CacheBuilder.newBuilder().maximumSize(1000).expireAfterWrite(ONCE_IN).build();

  private Notices() {}

  /** Warns, unless that was said of this application in the last hour. */
  static void say(String app, String notice) {
    String text = app + " " + notice;
    if (!notice.isEmpty() && SAID.asMap().putIfAbsent(text, true) == null) {
      LOG.warn("{}", text);
    }
  }
}
