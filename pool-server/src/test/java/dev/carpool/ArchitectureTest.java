package dev.carpool;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The table of docs/DESIGN.md, for the module pool-server. */
final class ArchitectureTest {

  private static final PackageTable TABLE =
      PackageTable.ofThisModule()
          .mayImport("pool", "api")
          .mayImport("log", "descriptor")
          .mayImport("audit", "api", "log.HarmlessText")
          .mayImport("spawn", "api", "descriptor", "channel.ChildStandardStream", "log", "relay")
          .mayImport("live", "api", "descriptor", "pool", "spawn.Spawner", "spawn.SpawnListener")
          .mayImport(
              "door",
              "api",
              "wire",
              "wire.proto",
              "descriptor",
              "channel",
              "audit",
              "live.LiveSession")
          .mayImport("refusal", "api")
          .mayImport("gateway", "api", "descriptor", "live.LiveSession", "refusal")
          .mayImport("relay", "api", "descriptor")
          .mayImport("front", "api", "descriptor", "live", "refusal", "relay.FastCgi")
          .mayImport(
              "admin",
              "api",
              "wire.StatusJson",
              "wire.RequestsJson",
              "wire.ScaleJson",
              "audit",
              "metrics.MetricsPage",
              "descriptor.SocketFile",
              "descriptor.SocketPermissions")
          .mayImport("status", "api", "backlog", "descriptor")
          .mayImport("metrics", "api")
          .mayImport(
              "config",
              "api",
              "backlog.ListenerName",
              "words.Nearest",
              "descriptor.Account",
              "descriptor.SocketPermissions",
              "descriptor.UserDatabase",
              "descriptor.UnixSocket")
          .mayImport(
              "server",
              "api",
              "admin",
              "audit",
              "backlog.ListenerName",
              "channel.RuntimeDirectory",
              "config",
              "descriptor",
              "door",
              "front",
              "gateway",
              "live",
              "log",
              "spawn",
              "status",
              "words");

  @Test
  void importsGoDown() {
    TABLE.check();
  }

  @Test
  void eachPackageSaysWhatLivesInIt() {
    TABLE.checkDoorPlates();
  }

  @Test
  void thePoolHasNoThreadNoLockNoFileAndNoLogger() {
    noClasses()
        .that()
        .resideInAPackage("dev.carpool.pool")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.util.concurrent..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.io..",
                    "java.net..",
                    "java.lang.foreign..",
                    "org.slf4j..")
                .and(areNot(TimeUnit.class, Path.class))) // a unit, and a value of AppSpec
        .check(TABLE.classes());
    noClasses()
        .that()
        .resideInAPackage("dev.carpool.pool")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Process.class)
        .check(TABLE.classes());
  }

  @Test
  void thePoolHasNoClock() {
    noClasses()
        .that()
        .resideInAPackage("dev.carpool.pool")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .check(TABLE.classes());
  }

  @Test
  void theKernelIsCalledElsewhereAndNativeMemoryIsForBuffers() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup|FunctionDescriptor).*")
        .check(TABLE.classes());
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.carpool.spawn",
            "dev.carpool.door",
            "dev.carpool.front",
            "dev.carpool.gateway",
            "dev.carpool.relay",
            "dev.carpool.status")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign")
        .check(TABLE.classes());
  }

  @Test
  void eachLibraryHasItsImporters() {
    onlyIn("org.eclipse.jetty..", "dev.carpool.gateway", "dev.carpool.admin");
    onlyIn("org.tomlj..", "dev.carpool.config");
    onlyIn("ch.qos.logback..", "dev.carpool.server");
    onlyIn("org.newsclub..", "dev.carpool.channel");
  }

  private void onlyIn(String library, String... ours) {
    noClasses()
        .that()
        .resideOutsideOfPackages(ours)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(TABLE.classes());
  }

  private static DescribedPredicate<JavaClass> areNot(Class<?>... others) {
    return DescribedPredicate.describe(
        "are others",
        each -> {
          for (Class<?> other : others) {
            if (each.isEquivalentTo(other)) {
              return false;
            }
          }
          return true;
        });
  }
}
