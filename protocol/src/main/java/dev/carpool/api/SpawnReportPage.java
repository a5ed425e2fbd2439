package dev.carpool.api;

/** A spawn report as a page. */
public final class SpawnReportPage {
  private SpawnReportPage() {}

  public static String html(SpawnReport report) {
    return report.toText();
  }
}
