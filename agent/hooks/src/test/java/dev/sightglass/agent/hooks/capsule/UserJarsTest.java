package dev.sightglass.agent.hooks.capsule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.URL;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UserJarsTest {
  @Test
  void jarsAreFoundByTheUrlsThatFlinkGivesToItsLoaders() throws Exception {
    assertEquals(Path.of("/tmp/a b+c.jar"), UserJars.path(new URL("file:/tmp/a%20b+c.jar")));
    // Of usrlib in application mode: relative to the folder that the process was started in.
    URL relative = new URL(new URL("file:"), "../usrlib/a%20b+c.jar");
    assertEquals(Path.of("../usrlib/a b+c.jar"), UserJars.path(relative));
    assertNull(UserJars.path(new URL("http://h/a.jar")));
  }

  @Test
  void aLoaderIsItselfWhenItsJobHasEnded() {
    SafetyNetWrapperClassLoader wrapper = new SafetyNetWrapperClassLoader();
    assertSame(wrapper, UserJars.inner(wrapper));
    wrapper.inner = ClassLoader.getPlatformClassLoader();
    assertSame(wrapper.inner, UserJars.inner(wrapper));
  }

  /** As Flink's: it has nothing any more once it was closed. */
  private static final class SafetyNetWrapperClassLoader extends ClassLoader {
    private volatile ClassLoader inner;
  }
}
