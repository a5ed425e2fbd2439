package dev.carpool.gateway;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The headers that speak of one connection and are not passed on: the known, and those it names.
 */
final class HopByHop {

  private static final ImmutableSet<String> KNOWN =
      ImmutableSet.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final Splitter COMMAS = Splitter.on(',').trimResults().omitEmptyStrings();

  private HopByHop() {}

  /**
   * The names not to pass on, in lower case.
   *
   * @param connection the values of the message's Connection headers
   */
  static Set<String> names(List<String> connection) {
    if (connection.isEmpty()) {
      return KNOWN;
    }
    Set<String> names = new HashSet<>(KNOWN);
    for (String value : connection) {
      for (String name : COMMAS.split(value)) {
        names.add(Ascii.toLowerCase(name));
      }
    }
    return names;
  }
}
