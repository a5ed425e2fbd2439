package dev.carpool.spawn;

/** Why a process cannot even be tried, and what to do about it. */
final class StartProblem extends Exception {

  private final String advice;

  StartProblem(String summary, String advice) {
    super(summary);
    this.advice = advice;
  }

  String advice() {
    return advice;
  }
}
