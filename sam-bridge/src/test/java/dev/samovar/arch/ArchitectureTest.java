package dev.samovar.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.samovar.base.SansIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The claims of the README's architecture chapter, checked on every class of the program. */
class ArchitectureTest {

    private static final String ROOT = "dev.samovar.";

    /** Each package, and the packages of ours that it may import. */
    private static final Map<String, List<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("base", List.of()),
            Map.entry("crypto", List.of("base")),
            Map.entry("data", List.of("base", "crypto")),
            Map.entry("i2cp.message", List.of("base", "crypto", "data")),
            Map.entry("i2cp.client", List.of("base", "crypto", "data", "i2cp.message")),
            Map.entry("i2cp.server", List.of("base", "crypto", "data", "i2cp.message")),
            Map.entry("i2np", List.of("base", "crypto", "data")),
            Map.entry("garlic", List.of("base", "crypto", "data", "i2np")),
            Map.entry("peer", List.of("base", "data")),
            Map.entry("netdb", List.of("base", "crypto", "data", "i2np", "garlic", "peer")),
            Map.entry("tunnel", List.of("base", "crypto", "data", "i2np", "garlic", "peer")),
            Map.entry("dest", List.of("base", "crypto", "data", "i2np", "garlic", "netdb", "tunnel", "peer")),
            Map.entry("transport", List.of("base", "data", "i2np")),
            Map.entry("transport.ntcp2", List.of("base", "crypto", "data", "i2np", "transport")),
            Map.entry(
                    "router",
                    List.of(
                            "base",
                            "crypto",
                            "data",
                            "i2cp.message",
                            "i2cp.client",
                            "i2cp.server",
                            "i2np",
                            "garlic",
                            "peer",
                            "netdb",
                            "tunnel",
                            "dest",
                            "transport",
                            "transport.ntcp2")),
            Map.entry("streaming", List.of("base", "crypto", "data", "i2cp.client", "i2cp.message")),
            Map.entry("datagram", List.of("base", "crypto", "data", "i2cp.client", "i2cp.message")),
            Map.entry("sam.protocol", List.of("base", "crypto", "data")),
            Map.entry("sam.naming", List.of("base", "crypto", "data", "i2cp.client")),
            Map.entry(
                    "sam.session",
                    List.of("base", "crypto", "data", "i2cp.client", "streaming", "datagram", "sam.protocol")),
            Map.entry(
                    "sam.server",
                    List.of(
                            "base",
                            "crypto",
                            "data",
                            "i2cp.client",
                            "streaming",
                            "datagram",
                            "sam.protocol",
                            "sam.naming",
                            "sam.session"))));

    /** Where sockets may be touched: whole packages, and, in the others, the classes whose names begin so. */
    private static final String[] DRIVER_PACKAGES = {ROOT + "sam.server..", ROOT + "app.."};

    private static final List<String> DRIVERS = List.of(
            ROOT + "base.EventLoopLane",
            ROOT + "i2cp.client.TcpI2cp",
            ROOT + "i2cp.server.I2cpServer",
            ROOT + "transport.ntcp2.Ntcp2Transport",
            ROOT + "transport.ntcp2.Ntcp2ChannelHandler",
            ROOT + "transport.ntcp2.QuickAcknowledgements",
            ROOT + "router.HttpsFetcher",
            ROOT + "router.HttpAnswer",
            // no sockets: only a channel can force a file to the disk
            ROOT + "router.DurableFile");

    private static JavaClasses program;

    @BeforeAll
    static void readTheProgram() {
        program = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("dev.samovar");
        assertTrue(program.size() > 20, "the program was not found on the class path");
    }

    @TestFactory
    List<DynamicTest> everyPackageImportsOnlyWhatItsChapterNeeds() {
        return MAY_IMPORT.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String self = ROOT + entry.getKey();
                    Set<String> allowed =
                            entry.getValue().stream().map(name -> ROOT + name).collect(Collectors.toSet());
                    allowed.add(self);
                    noClasses()
                            .that()
                            .resideInAPackage(self)
                            .should()
                            .dependOnClassesThat(resideInAPackage("dev.samovar..")
                                    .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                            .allowEmptyShould(true)
                            .check(program);
                }))
                .toList();
    }

    @Test
    void everyPackageIsInTheTable() {
        Set<String> known = MAY_IMPORT.keySet();
        Set<String> found = program.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.substring(ROOT.length()))
                .filter(name -> !name.equals("app"))
                .collect(Collectors.toSet());
        assertTrue(known.containsAll(found), "packages without a chapter: " + found);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.samovar.(**)").should().beFreeOfCycles().check(program);
    }

    @Test
    void onlyAppKnowsTheRouter() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "router..", ROOT + "app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "router..")
                .check(program);
    }

    @Test
    void coresKnowNoSocketThreadOrClock() {
        classes()
                .that(DescribedPredicate.describe("are cores or nested in one", ArchitectureTest::isOfCore))
                .should(new ArchCondition<>("stay sans-IO") {
                    @Override
                    public void check(JavaClass core, ConditionEvents events) {
                        core.getDirectDependenciesFromSelf().stream()
                                .filter(dependency -> isIo(dependency.getTargetClass()))
                                .forEach(dependency ->
                                        events.add(SimpleConditionEvent.violated(core, dependency.getDescription())));
                    }
                })
                .check(program);
    }

    /** Nested, inner, local and anonymous classes are part of the core that they stand in. */
    private static boolean isOfCore(JavaClass type) {
        return type.isAnnotatedWith(SansIo.class)
                || type.getEnclosingClass().map(ArchitectureTest::isOfCore).orElse(false);
    }

    @Test
    void whatStandsInACoreIsHeldToItsRule() {
        JavaClasses cores = new ClassFileImporter().importClasses(Core.class, Core.Inner.class, ArchitectureTest.class);
        assertTrue(isOfCore(cores.get(Core.class)));
        assertTrue(isOfCore(cores.get(Core.Inner.class)));
        assertFalse(isOfCore(cores.get(ArchitectureTest.class)));
    }

    @SansIo
    private static final class Core {
        private static final class Inner {}
    }

    private static boolean isIo(JavaClass target) {
        String name = target.getName();
        return name.startsWith("io.netty.channel.")
                || name.startsWith("io.netty.bootstrap.")
                || name.startsWith("java.net.")
                || name.startsWith("java.nio.channels.")
                || name.startsWith("java.util.concurrent.") && !name.equals("java.util.concurrent.TimeUnit")
                || name.startsWith("org.slf4j.")
                || name.equals(ROOT + "base.Clock")
                || name.equals(ROOT + "base.Lane");
    }

    @Test
    void onlyDriversTouchSockets() {
        noClasses()
                .that(not(resideInAnyPackage(DRIVER_PACKAGES)).and(not(beginning(DRIVERS))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "java.nio.channels..")
                .check(program);
    }

    @Test
    void onlyBaseReadsTheClockRandomnessAndStartsThreads() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "base")
                .should()
                .callCodeUnitWhere(call("reads a clock, makes randomness or starts a thread", call -> {
                    String owner = call.getTargetOwner().getName();
                    String method = call.getTarget().getName();
                    return owner.equals("java.lang.System")
                                    && (method.equals("nanoTime") || method.equals("currentTimeMillis"))
                            || owner.equals("java.time.Instant") && method.equals("now")
                            || owner.equals("java.security.SecureRandom")
                            || owner.equals("java.util.Random")
                            || owner.equals("java.util.concurrent.ThreadLocalRandom")
                            || owner.equals("java.lang.Math") && method.equals("random")
                            || owner.equals("java.lang.Thread")
                            || owner.equals("java.util.concurrent.Executors")
                            || owner.equals("java.util.concurrent.ForkJoinPool")
                            || owner.equals("java.util.Timer")
                            || owner.equals("java.util.UUID") && method.equals("randomUUID")
                            || owner.equals("java.util.Date")
                                    && method.equals("<init>")
                                    && call.getTarget().getRawParameterTypes().isEmpty()
                            || owner.startsWith("java.time.") && method.equals("now")
                            || owner.equals("java.time.Clock")
                            || owner.equals("java.util.concurrent.CompletableFuture") && method.endsWith("Async");
                }))
                .check(program);
    }

    @Test
    void nobodyLocks() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "base")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks..")
                .check(program);
        program.stream()
                .filter(type -> !type.getPackageName().equals(ROOT + "base"))
                .forEach(type -> {
                    type.getMethods()
                            .forEach(method -> assertFalse(
                                    method.getModifiers().contains(JavaModifier.SYNCHRONIZED), method.getFullName()));
                    type.getFields()
                            .forEach(field -> assertFalse(
                                    field.getModifiers().contains(JavaModifier.VOLATILE), field.getFullName()));
                });
    }

    @Test
    void nobodyPrintsButMain() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "app.Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callCodeUnitWhere(call(
                        "prints a stack trace",
                        call -> call.getTarget().getName().equals("printStackTrace")))
                .check(program);
    }

    @Test
    void structuresAndCryptographyDoNotLog() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + "crypto", ROOT + "data", ROOT + "i2np", ROOT + "garlic", ROOT + "i2cp.message")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.slf4j..")
                .check(program);
    }

    @Test
    void nobodyWaitsButMain() {
        Set<String> waits = Set.of("get", "join", "sync", "syncUninterruptibly", "await", "awaitUninterruptibly");
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "app.Main")
                .should()
                .callCodeUnitWhere(call(
                        "waits for a future",
                        call -> waits.contains(call.getTarget().getName())
                                && call.getTargetOwner().isAssignableTo(java.util.concurrent.Future.class)))
                .check(program);
    }

    @Test
    void onlyCodecsReadIntegersFromBuffers() {
        Set<String> reads = Set.of("readShort", "readUnsignedShort", "readInt", "readUnsignedInt", "readLong");
        noClasses()
                .that(not(resideInAnyPackage(ROOT + "base", ROOT + "data", ROOT + "i2np", ROOT + "i2cp.message"))
                        .and(not(endingWith("Codec")))
                        .and(not(endingWith("FrameDecoder"))))
                .should()
                .callCodeUnitWhere(call(
                        "reads an integer from a buffer",
                        call -> reads.contains(call.getTarget().getName())
                                && call.getTargetOwner().isAssignableTo("io.netty.buffer.ByteBuf")))
                .check(program);
    }

    @Test
    void whatIsWrittenToABufferCanBeReadBackByTheSameType() {
        classes()
                .that()
                .resideInAnyPackage(ROOT + "data", ROOT + "i2np", ROOT + "i2cp.message")
                .and(DescribedPredicate.describe(
                        "have an encode method of their own",
                        type -> !type.isInterface()
                                && type.getMethods().stream().anyMatch(ArchitectureTest::encodes)))
                .should(new ArchCondition<>("have a static decode") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean decodes = type.getMethods().stream()
                                .anyMatch(method -> method.getName().equals("decode")
                                        && method.getModifiers().contains(JavaModifier.STATIC)
                                        && takesBufferFirst(method));
                        if (!decodes) {
                            events.add(SimpleConditionEvent.violated(type, type.getName() + " has none"));
                        }
                    }
                })
                .check(program);
    }

    private static boolean encodes(JavaMethod method) {
        return method.getName().equals("encode")
                && !method.getModifiers().contains(JavaModifier.STATIC)
                && takesBufferFirst(method);
    }

    private static boolean takesBufferFirst(JavaMethod method) {
        return !method.getRawParameterTypes().isEmpty()
                && method.getRawParameterTypes().get(0).getName().equals("io.netty.buffer.ByteBuf");
    }

    /** Blocks leave no trace that the other rules could see, so this one reads the sources. */
    @Test
    void nobodySynchronizes() throws IOException {
        Path modules = Path.of("").toAbsolutePath().getParent();
        List<String> found = new ArrayList<>();
        int read = 0;
        for (String module : List.of("i2cp-router", "streaming", "datagram", "sam-bridge")) {
            Path sources = modules.resolve(module).resolve("src/main/java/dev/samovar");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    read++;
                    if (!file.startsWith(sources.resolve("base"))
                            && Files.readString(file).contains("synchronized (")) {
                        found.add(file.getFileName().toString());
                    }
                }
            }
        }
        assertTrue(read > 20, "the sources were not found");
        assertEquals(List.of(), found);
    }

    private static DescribedPredicate<JavaCall<?>> call(
            String description, java.util.function.Predicate<JavaCall<?>> predicate) {
        return DescribedPredicate.describe(description, predicate);
    }

    private static DescribedPredicate<JavaClass> beginning(List<String> names) {
        return DescribedPredicate.describe(
                "beginning with one of " + names,
                type -> names.stream().anyMatch(name -> type.getName().startsWith(name)));
    }

    private static DescribedPredicate<JavaClass> endingWith(String suffix) {
        return DescribedPredicate.describe(
                "ending with " + suffix, type -> type.getName().endsWith(suffix));
    }
}
