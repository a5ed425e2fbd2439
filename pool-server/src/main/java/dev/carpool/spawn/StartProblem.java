package dev.carpool.spawn;

/** Why a process cannot even be tried, and what to do about it. */
final class StartProblem extends Exception {

  private final String summary;
  private final String advice;

  StartProblem(String summary, String advice) {
    super(summary);
    this.summary = summary;
    this.advice = advice;
  }

  String summary() {
    return summary;
  }

  String advice() {
    return advice;
  }
}
