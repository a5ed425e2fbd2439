package dev.carpool.wire;

import dev.carpool.api.PoolException;
import dev.carpool.api.SpawnReport;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Error.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/** The reasons why the pool did not do what it was asked, with the story of a failed start. */
public final class ErrorMessages {

  private ErrorMessages() {}

  /**
   * The message for a reason.
   *
   * @param page makes the report of a failed start into an HTML page
   */
  public static Error toMessage(PoolException reason, Function<SpawnReport, String> page) {
    Error.Builder message =
        Error.newBuilder()
            .setCode(code(reason))
            .setMessage(String.valueOf(reason.getMessage()))
            .setRetryAfterMillis(Quantities.millis(reason.retryAfter()));
    if (reason instanceof PoolException.SpawnFailed failed) {
      message.setReport(toMessage(failed.report())).setHtml(page.apply(failed.report()));
    }
    return message.build();
  }

  /** A message for what is not a reason of the pool's: withdrawn, unimplemented, internal. */
  public static Error toMessage(Code code, String text) {
    return Error.newBuilder().setCode(code).setMessage(text).build();
  }

  /** The reason as the pool in the server gave it. */
  public static PoolException fromMessage(Error message) {
    String text = message.getMessage();
    Duration retryAfter = Quantities.unsignedMillis(message.getRetryAfterMillis());
    return switch (message.getCode()) {
      case SPAWN_FAILED ->
          new PoolException.SpawnFailed(fromMessage(message.getReport()), retryAfter);
      case QUEUE_FULL -> new PoolException.QueueFull(text, retryAfter);
      case QUEUE_TIMEOUT -> new PoolException.QueueTimeout(text, retryAfter);
      case SHUTTING_DOWN -> new PoolException.ShuttingDown();
      case BAD_REQUEST -> new PoolException.BadRequest(text);
      case NOT_FOUND -> new PoolException.NotFound(text);
      case DENIED -> new PoolException.Denied(text);
      case UNIMPLEMENTED ->
          new PoolException.Unavailable("The pool server does not know this command: " + text);
      case INTERNAL -> new PoolException.Unavailable("The pool server failed: " + text);
      case WITHDRAWN, UNSPECIFIED, UNRECOGNIZED -> new PoolException.Unavailable(text);
    };
  }

  private static Code code(PoolException reason) {
    return switch (reason) {
      case PoolException.SpawnFailed e -> Code.SPAWN_FAILED;
      case PoolException.QueueFull e -> Code.QUEUE_FULL;
      case PoolException.QueueTimeout e -> Code.QUEUE_TIMEOUT;
      case PoolException.ShuttingDown e -> Code.SHUTTING_DOWN;
      case PoolException.BadRequest e -> Code.BAD_REQUEST;
      case PoolException.NotFound e -> Code.NOT_FOUND;
      case PoolException.Denied e -> Code.DENIED;
      case PoolException.Unavailable e -> Code.INTERNAL;
    };
  }

  static dev.carpool.wire.proto.SpawnReport toMessage(SpawnReport report) {
    var message =
        dev.carpool.wire.proto.SpawnReport.newBuilder()
            .setId(report.id())
            .setApp(report.app())
            .setAtUnixMillis(report.at().toEpochMilli())
            .setSummary(report.summary())
            .setAdvice(report.advice())
            .addAllCommand(report.command())
            .addAllOutput(report.output());
    for (SpawnReport.Step step : report.steps()) {
      message.addSteps(
          dev.carpool.wire.proto.SpawnReport.Step.newBuilder()
              .setName(step.name())
              .setTookMicros(step.took().toNanos() / 1000));
    }
    return message.build();
  }

  static SpawnReport fromMessage(dev.carpool.wire.proto.SpawnReport message) {
    return new SpawnReport(
        message.getId(),
        message.getApp(),
        Instant.ofEpochMilli(message.getAtUnixMillis()),
        message.getSummary(),
        message.getAdvice(),
        message.getCommandList(),
        message.getStepsList().stream()
            .map(
                step ->
                    new SpawnReport.Step(
                        step.getName(), Duration.ofNanos(step.getTookMicros() * 1000)))
            .toList(),
        message.getOutputList());
  }
}
