package dev.carpool.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** This JVM, under the names that Prometheus' own library gives these values. */
final class JvmMetrics {

  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private JvmMetrics() {}

  static void add(Families to) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    String used = "Memory of the JVM that is used.";
    to.gauge("jvm_memory_used_bytes", used, memory.getHeapMemoryUsage().getUsed(), "area", "heap")
        .gauge(
            "jvm_memory_used_bytes",
            used,
            memory.getNonHeapMemoryUsage().getUsed(),
            "area",
            "nonheap")
        .gauge(
            "jvm_memory_max_bytes",
            "The most memory that the JVM may use.",
            memory.getHeapMemoryUsage().getMax(),
            "area",
            "heap")
        .gauge(
            "jvm_threads_current",
            "Threads of the JVM.",
            ManagementFactory.getThreadMXBean().getThreadCount());
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      to.counter(
              "jvm_gc_collections",
              "Garbage collections.",
              collector.getCollectionCount(),
              "gc",
              collector.getName())
          .counter(
              "jvm_gc_collection_seconds",
              "Time spent in garbage collections.",
              collector.getCollectionTime() / MILLIS,
              "gc",
              collector.getName());
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean process) {
      to.counter(
              "process_cpu_seconds", "CPU time of the server.", process.getProcessCpuTime() / NANOS)
          .gauge(
              "process_open_fds",
              "Descriptors that the server has open.",
              process.getOpenFileDescriptorCount())
          .gauge(
              "process_max_fds",
              "Descriptors that it may have open.",
              process.getMaxFileDescriptorCount());
    }
    to.gauge(
        "process_start_time_seconds",
        "When the server was started, in seconds since 1970.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
  }
}
