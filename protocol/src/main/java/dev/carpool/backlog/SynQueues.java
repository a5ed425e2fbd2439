package dev.carpool.backlog;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * TCP connections that are being made, counted for whoever listens for them: at their exact
 * address, else at all addresses of the family. Sockets that share an address share the count: the
 * kernel decides only later which one gets the connection.
 */
final class SynQueues {

  /** For whoever did not look. */
  static final SynQueues NOT_ASKED = new SynQueues(AcceptQueue.UNKNOWN);

  private final Map<Place, Integer> counts = new HashMap<>();
  private final int none;

  private record Place(boolean six, InetAddress host, int port) {}

  private SynQueues(int none) {
    this.none = none;
  }

  SynQueues(List<InetDiag.Row> listening, List<InetDiag.Row> halfOpen) {
    this(0);
    Set<Place> places = new HashSet<>();
    listening.forEach(row -> places.add(new Place(row.six(), row.host(), row.port())));
    for (InetDiag.Row row : halfOpen) {
      Place place = new Place(row.six(), row.host(), row.port());
      counts.merge(places.contains(place) ? place : anyHost(place), 1, Integer::sum);
    }
  }

  private static Place anyHost(Place place) {
    return new Place(
        place.six(), InetAddress.ofLiteral(place.six() ? "::" : "0.0.0.0"), place.port());
  }

  int of(InetDiag.Row row) {
    return counts.getOrDefault(new Place(row.six(), row.host(), row.port()), none);
  }
}
