package dev.carpool;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import org.junit.jupiter.api.Test;

/** The table of docs/DESIGN.md, for the module pool-client. */
final class ArchitectureTest {

  private static final PackageTable TABLE =
      PackageTable.ofThisModule()
          .mayImport("client", "api", "wire", "wire.proto", "descriptor", "channel")
          .mayImport(
              "cli",
              "api",
              "backlog",
              "client",
              "channel.RuntimeDirectory",
              "descriptor",
              "wire",
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
  void theLibraryDependsOnNoCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.carpool.client")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.carpool.words..", "com.google.gson..", "org.slf4j..")
        .check(TABLE.classes());
  }

  @Test
  void theKernelIsCalledElsewhere() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup|FunctionDescriptor).*")
        .check(TABLE.classes());
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.newsclub..")
        .check(TABLE.classes());
  }
}
