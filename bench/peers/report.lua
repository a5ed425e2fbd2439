-- What wrk has measured, as one line of JSON; times in milliseconds.
done = function(summary, latency)
   local e = summary.errors
   io.write(string.format(
      '\nJSON {"requests": %d, "seconds": %.6f, "p99": %.3f, "failed": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
      e.connect + e.read + e.write + e.status + e.timeout))
end
