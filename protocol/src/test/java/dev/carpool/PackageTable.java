package dev.carpool;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which package of a module may import which other ones of Carpool's. A class stands for itself
 * where not its whole package may be imported.
 */
public final class PackageTable {

  private static final String HOME = "dev.carpool.";

  private final JavaClasses classes;
  private final Map<String, Set<String>> rows = new TreeMap<>();

  private PackageTable(JavaClasses classes) {
    this.classes = classes;
  }

  /** Of the module in whose directory the test runs. */
  public static PackageTable ofThisModule() {
    return new PackageTable(new ClassFileImporter().importPath(Path.of("target", "classes")));
  }

  public JavaClasses classes() {
    return classes;
  }

  /** Adds a row, with names relative to {@code dev.carpool}. */
  public PackageTable mayImport(String of, String... others) {
    rows.put(of, Set.of(others));
    return this;
  }

  /** Fails if a class imports what its row does not allow, or a package has no row. */
  public void check() {
    Set<String> found = new TreeSet<>();
    for (JavaClass each : classes) {
      found.add(each.getPackageName().substring(HOME.length()));
    }
    assertThat(rows.keySet()).as("packages that the table names").isEqualTo(found);
    rows.forEach(this::check);
  }

  private void check(String of, Set<String> others) {
    String[] packages =
        others.stream()
            .filter(name -> name.equals(name.toLowerCase(Locale.ROOT)))
            .map(name -> HOME + name)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> allowed =
        not(resideInAPackage("dev.carpool.."))
            .or(resideInAPackage(HOME + of))
            .or(resideInAnyPackage(packages))
            .or(
                DescribedPredicate.describe(
                    "are named",
                    other -> others.stream().anyMatch(name -> isOf(other, HOME + name))));
    ArchRuleDefinition.classes()
        .that()
        .resideInAPackage(HOME + of)
        .should()
        .onlyDependOnClassesThat(allowed)
        .as("dev.carpool." + of + " imports of ours only " + new TreeSet<>(others))
        .check(classes);
  }

  /** The class itself, or one inside it. */
  private static boolean isOf(JavaClass other, String name) {
    return other.getName().equals(name) || other.getName().startsWith(name + "$");
  }

  /** Fails unless each package says at its door what lives in it. */
  public void checkDoorPlates() {
    for (String name : rows.keySet()) {
      Path plate =
          Path.of("src", "main", "java")
              .resolve((HOME + name).replace('.', '/'))
              .resolve("package-info.java");
      if (!name.endsWith(".proto")) {
        assertThat(plate)
            .as("the door-plate of %s", name)
            .exists()
            .content()
            .contains("@NullMarked");
      }
    }
  }
}
