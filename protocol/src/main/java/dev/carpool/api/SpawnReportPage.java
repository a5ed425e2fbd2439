package dev.carpool.api;

import com.google.common.escape.Escaper;
import com.google.common.html.HtmlEscapers;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** A {@link SpawnReport} as a page for a browser, complete in itself. */
public final class SpawnReportPage {

  private static final Escaper ESCAPER = HtmlEscapers.htmlEscaper();

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --line: #8883; --bad: #c22; --soft: #888 }
      * { box-sizing: border-box }
      body { font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 52rem; padding: 8vh 1.5rem }
      h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1rem }
      h2 { font-size: .85rem; letter-spacing: .06em; margin: 2.2rem 0 .6rem; text-transform: uppercase; color: var(--soft) }
      .summary { border-left: .3rem solid var(--bad); margin: 0; padding: .2rem 0 .2rem 1rem; overflow-wrap: anywhere }
      .advice { margin: 1rem 0 0 1.3rem }
      table { border-collapse: collapse; width: 100% }
      td { border-bottom: 1px solid var(--line); padding: .35rem .6rem .35rem 0 }
      td:last-child { padding-right: 0; text-align: right; font-variant-numeric: tabular-nums }
      td.mark { width: 1.6rem }
      .failed { color: var(--bad); font-weight: 600 }
      pre { background: #8881; border-radius: .4rem; font: .85rem/1.5 ui-monospace, monospace; margin: 0; overflow-x: auto; padding: .9rem 1rem }
      footer { color: var(--soft); font-size: .85rem; margin-top: 2.5rem }
      """;

  private SpawnReportPage() {}

  /** The page. Everything that came from the program or its owner is escaped. */
  public static String html(SpawnReport report) {
    StringBuilder page = new StringBuilder(4096);
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>Cannot start ")
        .append(ESCAPER.escape(report.app()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n<h1>The application <em>")
        .append(ESCAPER.escape(report.app()))
        .append("</em> could not be started</h1>\n<p class=\"summary\">")
        .append(ESCAPER.escape(report.summary()))
        .append("</p>\n");
    if (!report.advice().isEmpty()) {
      page.append("<p class=\"advice\"><strong>What to do:</strong> ")
          .append(ESCAPER.escape(report.advice()))
          .append("</p>\n");
    }
    appendSteps(page, report.steps());
    if (!report.output().isEmpty()) {
      page.append("<h2>Its last words</h2>\n<pre>")
          .append(ESCAPER.escape(String.join("\n", report.output())))
          .append("</pre>\n");
    }
    if (!report.command().isEmpty()) {
      page.append("<h2>Command</h2>\n<pre>")
          .append(ESCAPER.escape(String.join(" ", report.command())))
          .append("</pre>\n");
    }
    return page.append("<footer>Report ")
        .append(ESCAPER.escape(report.id()))
        .append(" of ")
        .append(report.at().truncatedTo(ChronoUnit.SECONDS))
        .append("; it is in the server's log under this name.</footer>\n</body>\n</html>\n")
        .toString();
  }

  private static void appendSteps(StringBuilder page, List<SpawnReport.Step> steps) {
    if (steps.isEmpty()) {
      return;
    }
    page.append("<h2>How far it got</h2>\n<table>\n");
    for (int i = 0; i < steps.size(); i++) {
      boolean failed = i == steps.size() - 1;
      page.append(failed ? "<tr class=\"failed\">" : "<tr>")
          .append("<td class=\"mark\">")
          .append(failed ? "&#10007;" : "&#10003;")
          .append("</td><td>")
          .append(ESCAPER.escape(steps.get(i).name()))
          .append("</td><td>")
          .append(shown(steps.get(i).took()))
          .append("</td></tr>\n");
    }
    page.append("</table>\n");
  }

  private static String shown(Duration took) {
    long millis = took.toMillis();
    return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }
}
