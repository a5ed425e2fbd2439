package dev.carpool.wire;

import dev.carpool.api.Histogram;
import dev.carpool.api.PoolStatus;
import dev.carpool.api.RunningRequest;
import dev.carpool.wire.proto.Requests;
import dev.carpool.wire.proto.Status;
import java.util.List;

/** What was done, and what is being done. */
public final class ActivityMessages {

  private ActivityMessages() {}

  static Status.Activity toMessage(PoolStatus.Activity activity) {
    return Status.Activity.newBuilder()
        .setGranted(activity.granted())
        .setNotTaken(activity.notTaken())
        .setFailedHandOvers(activity.failedHandOvers())
        .setServed(activity.served())
        .setWaits(histogram(activity.waits()))
        .setStarts(histogram(activity.starts()))
        .setFailedStarts(histogram(activity.failedStarts()))
        .putAllEnded(activity.ended())
        .build();
  }

  static PoolStatus.Activity fromMessage(Status.Activity message) {
    return new PoolStatus.Activity(
        message.getGranted(),
        message.getNotTaken(),
        message.getFailedHandOvers(),
        message.getServed(),
        histogram(message.getWaits()),
        histogram(message.getStarts()),
        histogram(message.getFailedStarts()),
        message.getEndedMap());
  }

  private static Status.Histogram histogram(Histogram histogram) {
    return Status.Histogram.newBuilder()
        .addAllCounts(histogram.counts())
        .addAllBounds(Histogram.BOUNDS)
        .setSumSeconds(histogram.sum())
        .build();
  }

  /** One of a server with other buckets cannot be told in ours, and is left out. */
  private static Histogram histogram(Status.Histogram message) {
    return message.getBoundsList().equals(Histogram.BOUNDS)
            && message.getCountsCount() == Histogram.BOUNDS.size() + 1
        ? new Histogram(message.getCountsList(), message.getSumSeconds())
        : Histogram.EMPTY;
  }

  public static Requests toMessage(List<RunningRequest> requests) {
    Requests.Builder message = Requests.newBuilder();
    for (RunningRequest request : requests) {
      message.addRequests(
          Requests.Running.newBuilder()
              .setApp(request.app())
              .setPid((int) request.pid())
              .setSession(request.session())
              .setAgeMillis(Quantities.millis(request.age()))
              .setWhat(request.what()));
    }
    return message.build();
  }

  public static List<RunningRequest> fromMessage(Requests message) {
    return message.getRequestsList().stream()
        .map(
            running ->
                new RunningRequest(
                    running.getApp(),
                    running.getPid(),
                    running.getSession(),
                    Quantities.unsignedMillis(running.getAgeMillis()),
                    running.getWhat()))
        .toList();
  }
}
