package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MirrorTest {
  private interface Named {
    default String title() {
      return "title";
    }
  }

  private static class Base implements Named {
    private final int hidden = 7;

    private String join(String a, int b) {
      return a + b;
    }
  }

  private static final class Derived extends Base {
    final String own = "own";

    int size() {
      return 7;
    }

    static int three() {
      return 3;
    }

    String broken() {
      throw new IllegalStateException("value");
    }
  }

  private final Derived it = new Derived();

  @Test
  void readsPrivateMembersOfSuperclasses() {
    assertEquals(7, Mirror.field(it, "hidden"));
    assertEquals("own", Mirror.field(it, "own"));
    assertEquals("a1", Mirror.call(it, "join", "a", 1));
    assertEquals("title", Mirror.text(it, "title"));
    assertEquals(3, Mirror.callStatic(Derived.class, "three"));
    assertEquals(7, Mirror.number(it, "size"));
  }

  @Test
  void namesWhatIsMissing() {
    assertEquals(
        Derived.class.getName() + ".gone",
        assertThrows(Mirror.NoSuchMember.class, () -> Mirror.field(it, "gone")).getMessage());
    assertThrows(Mirror.NoSuchMember.class, () -> Mirror.call(it, "gone"));
    assertThrows(Mirror.NoSuchMember.class, () -> Mirror.field("text", "value"));
    assertThrows(Mirror.NoSuchMember.class, () -> Mirror.call(it, "join", "only one"));
    assertThrows(Mirror.NoSuchMember.class, () -> Mirror.call(it, "join", 1, 1));
    Mirror.NoSuchMember e =
        assertThrows(Mirror.NoSuchMember.class, () -> Mirror.call(it, "broken"));
    assertFalse(e.getMessage().contains("value"));
  }

  @Test
  void knowsTypesByName() {
    assertTrue(Mirror.isA(Derived.class, Base.class.getName()));
    assertTrue(Mirror.isA(Derived.class, Named.class.getName()));
    assertFalse(Mirror.isA(Derived.class, List.class.getName()));
    assertEquals(5, Mirror.present(Optional.of(5)));
    assertEquals(5, Mirror.present(5));
  }

  @Test
  void omissionsAreCounted() {
    Omissions o = new Omissions();
    assertEquals("", o.get(() -> Mirror.text(it, "gone"), ""));
    assertEquals("title", o.get(() -> Mirror.text(it, "title"), ""));
    assertEquals("none", o.get(() -> null, "none"));
    assertEquals(1, o.count());
  }

  @Test
  void rolesFollowTheClassThatWasStarted() {
    String runtime = "org.apache.flink.runtime.";
    assertEquals(
        "taskmanager",
        ProcessIdentity.roleOf(runtime + "taskexecutor.TaskManagerRunner --configDir /conf"));
    assertEquals(
        "jobmanager",
        ProcessIdentity.roleOf(runtime + "entrypoint.StandaloneSessionClusterEntrypoint -D x=y"));
    assertEquals(
        "taskmanager",
        ProcessIdentity.roleOf(
            "org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner"));
    assertEquals(
        "taskmanager", ProcessIdentity.roleOf("org.apache.flink.yarn.YarnTaskExecutorRunner x"));
    assertEquals("other", ProcessIdentity.roleOf("org.apache.flink.client.cli.CliFrontend run"));
    assertEquals("other", ProcessIdentity.roleOf("my.Program TaskManagerRunner"));
    assertEquals("other", ProcessIdentity.roleOf(""));
  }
}
