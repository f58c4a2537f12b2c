/**
 * Puts calls of probes into classes as they are loaded. A {@link
 * dev.sightglass.agent.hooks.weave.Hook} says which methods of which class, what shape it expects
 * there, and what to hand to which probe; {@link dev.sightglass.agent.hooks.weave.Weaver} does it.
 *
 * <p>What is put into a hooked method is one call of a private static method, an <i>adapter</i>,
 * that is added to the same class. The adapter reads {@code Hooks.STATE} first, fetches what the
 * probe wants, calls the probe, and catches whatever goes wrong in between: a missing method of
 * another version is caught like a fault of the probe. Added fields and methods are private and
 * synthetic, so the serial version of a class stays what it was.
 *
 * <p>No class is loaded while weaving, and frames are written by hand: nothing here needs to know a
 * type hierarchy.
 */
package dev.sightglass.agent.hooks.weave;
