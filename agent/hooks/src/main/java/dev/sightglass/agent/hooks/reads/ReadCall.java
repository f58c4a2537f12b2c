package dev.sightglass.agent.hooks.reads;

import java.util.Set;
import org.objectweb.asm.Opcodes;

/** What becomes of a call that reads something from outside. Immutable. */
final class ReadCall {
  /** How the call is changed. */
  enum Way {
    /** A copy of what it gives goes to the probe. */
    COPY,
    /** A constructor without arguments gets one, which the probe gives. */
    ARGUMENT,
    /** A copy of its array argument goes to the probe behind the call, when it is filled. */
    ARRAY,
    /** The probe is called instead. */
    INSTEAD,
    /** It stays as it is, and what reads it is named. */
    NOT_COVERED
  }

  private static final String TIME = "java/time/";
  private static final Set<String> MOMENTS =
      Set.of(
          TIME + "Instant",
          TIME + "LocalDate",
          TIME + "LocalTime",
          TIME + "LocalDateTime",
          TIME + "ZonedDateTime",
          TIME + "OffsetDateTime",
          TIME + "OffsetTime",
          TIME + "Year",
          TIME + "YearMonth",
          TIME + "MonthDay",
          TIME + "chrono/HijrahDate",
          TIME + "chrono/JapaneseDate",
          TIME + "chrono/MinguoDate",
          TIME + "chrono/ThaiBuddhistDate");

  /** Generators that find their own seed, whose state no seed tells. */
  private static final Set<String> OWN_SEED =
      Set.of("java/util/concurrent/ThreadLocalRandom", "java/security/SecureRandom");

  private static final Set<String> GENERATORS =
      Set.of(
          "java/util/Random",
          "java/util/concurrent/ThreadLocalRandom",
          "java/security/SecureRandom",
          "java/util/SplittableRandom",
          "java/util/random/RandomGenerator",
          "java/util/random/RandomGenerator$StreamableGenerator",
          "java/util/random/RandomGenerator$SplittableGenerator",
          "java/util/random/RandomGenerator$JumpableGenerator",
          "java/util/random/RandomGenerator$LeapableGenerator",
          "java/util/random/RandomGenerator$ArbitrarilyJumpableGenerator");

  /** Names of which a class must know one for any call to be in it. */
  static final Set<String> OWNERS = owners();

  final Way way;
  final String probe;
  final String descriptor;
  final String reason;

  private ReadCall(Way way, String probe, String descriptor, String reason) {
    this.way = way;
    this.probe = probe;
    this.descriptor = descriptor;
    this.reason = reason;
  }

  private static Set<String> owners() {
    java.util.Set<String> all = new java.util.HashSet<>(MOMENTS);
    all.addAll(GENERATORS);
    all.addAll(
        Set.of(
            "java/lang/System",
            "java/lang/Math",
            "java/lang/StrictMath",
            "java/util/UUID",
            "java/util/Date",
            "java/util/Calendar",
            "java/util/GregorianCalendar",
            "java/util/Collections",
            TIME + "Clock",
            TIME + "InstantSource"));
    return Set.copyOf(all);
  }

  private static ReadCall copy(String probe, String descriptor) {
    return new ReadCall(Way.COPY, probe, descriptor, "");
  }

  private static ReadCall argument(String probe) {
    return new ReadCall(Way.ARGUMENT, probe, "()J", "");
  }

  private static ReadCall notCovered(String owner, String name) {
    String reason =
        owner.substring(owner.lastIndexOf('/') + 1) + (name.equals("<init>") ? "()" : "." + name);
    return new ReadCall(Way.NOT_COVERED, "", "", reason);
  }

  /** What becomes of a call; null: it reads nothing. */
  static ReadCall of(int opcode, String owner, String name, String descriptor) {
    if (!OWNERS.contains(owner)) {
      return null;
    }
    if (name.equals("<init>")) {
      return opcode == Opcodes.INVOKESPECIAL ? made(owner, descriptor) : null;
    }
    if (GENERATORS.contains(owner) && opcode != Opcodes.INVOKESTATIC) {
      return drawn(owner, name, descriptor);
    }
    return opcode == Opcodes.INVOKESTATIC
        ? read(owner, name, descriptor)
        : ofClock(owner, name, descriptor);
  }

  private static ReadCall made(String owner, String descriptor) {
    boolean nothingGiven = descriptor.equals("()V");
    switch (owner) {
      case "java/util/Random":
      case "java/util/SplittableRandom":
        return nothingGiven ? argument("seed") : null;
      case "java/util/Date":
        return nothingGiven ? argument("currentTimeMillis") : null;
      case "java/util/GregorianCalendar":
        return descriptor.contains("I") ? null : notCovered(owner, "<init>");
      default:
        return null;
    }
  }

  private static ReadCall read(String owner, String name, String descriptor) {
    switch (owner + '.' + name) {
      case "java/lang/System.currentTimeMillis":
        return copy("millis", "(J)V");
      case "java/lang/System.nanoTime":
        return copy("nanos", "(J)V");
      case "java/lang/Math.random":
      case "java/lang/StrictMath.random":
        return copy("drawn", "(D)V");
      case "java/util/UUID.randomUUID":
      case "java/security/SecureRandom.getSeed":
        return copy("bytes", "(Ljava/lang/Object;)V");
      case "java/util/Calendar.getInstance":
        return copy("moment", "(Ljava/lang/Object;)V");
      case "java/util/Collections.shuffle":
        return descriptor.equals("(Ljava/util/List;)V")
            ? new ReadCall(Way.INSTEAD, "shuffle", descriptor, "")
            : null;
      default:
        return name.equals("now") && MOMENTS.contains(owner)
            ? copy("moment", "(Ljava/lang/Object;)V")
            : null;
    }
  }

  private static ReadCall ofClock(String owner, String name, String descriptor) {
    if (!owner.equals(TIME + "Clock") && !owner.equals(TIME + "InstantSource")) {
      return null;
    }
    if (name.equals("millis") && descriptor.equals("()J")) {
      return copy("millis", "(J)V");
    }
    return name.equals("instant") && descriptor.startsWith("()")
        ? copy("moment", "(Ljava/lang/Object;)V")
        : null;
  }

  private static ReadCall drawn(String owner, String name, String descriptor) {
    switch (name) {
      case "nextInt":
        return copy("drawn", "(I)V");
      case "nextLong":
        return copy("drawn", "(J)V");
      case "nextDouble":
      case "nextExponential":
        return copy("drawn", "(D)V");
      case "nextFloat":
        return copy("drawn", "(F)V");
      case "nextGaussian":
        return copy("gaussian", "(D)V");
      case "nextBoolean":
        return copy("drawn", "(Z)V");
      case "generateSeed":
        return copy("bytes", "(Ljava/lang/Object;)V");
      case "nextBytes":
        return descriptor.equals("([B)V")
            ? new ReadCall(Way.ARRAY, "bytes", "(Ljava/lang/Object;)V", "")
            : notCovered(owner, name);
      case "ints":
      case "longs":
      case "doubles":
      case "rngs":
      case "splits":
        // Of a generator whose seed was told a replay makes the same stream.
        return OWN_SEED.contains(owner) || owner.contains("/random/")
            ? notCovered(owner, name)
            : null;
      default:
        return null;
    }
  }
}
