package dev.carpool;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import org.junit.jupiter.api.Test;

/** The table of docs/DESIGN.md, for the module protocol. */
final class ArchitectureTest {

  private static final PackageTable TABLE =
      PackageTable.ofThisModule()
          .mayImport("api")
          .mayImport("descriptor")
          .mayImport("backlog", "api.Printable", "descriptor")
          .mayImport("words")
          .mayImport("wire", "api", "wire.proto")
          .mayImport("wire.proto")
          .mayImport("words")
          .mayImport("channel", "wire", "wire.proto", "descriptor");

  @Test
  void importsGoDown() {
    TABLE.check();
  }

  @Test
  void eachPackageSaysWhatLivesInIt() {
    TABLE.checkDoorPlates();
  }

  @Test
  void theKernelIsCalledInOneRoom() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.carpool.descriptor")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup|FunctionDescriptor).*")
        .check(TABLE.classes());
  }

  @Test
  void theContractAndTheMessagesTouchNoDescriptor() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.carpool.api", "dev.carpool.wire..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.foreign", "java.net", "org.newsclub..", "org.slf4j..")
        .check(TABLE.classes());
  }

  @Test
  void junixsocketHasOneImporter() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.carpool.channel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.newsclub..")
        .check(TABLE.classes());
  }
}
