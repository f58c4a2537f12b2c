package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.hooks.drain.Recording;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.List;
import java.util.function.Consumer;

/** Something that is told once it is known what is secret, and needs no making ready. */
final class Told extends Package {
  private final Consumer<Secrets> tell;

  Told(Recording recording, Consumer<Secrets> tell) {
    super(recording);
    this.tell = tell;
  }

  @Override
  void finish(Keeper keeper, Secrets secrets) {
    tell.accept(secrets);
  }

  /** What may be a secret is taken for one. */
  @Override
  void drop(String reason) {
    tell.accept(new Secrets(k -> true, List.of()));
  }
}
