/**
 * What hooked classes of Flink call: the only part of the agent that lies on the bootstrap class
 * path, so that every class loader of a job sees it. It uses JDK types only, keeps what happens on
 * tapes of plain bytes, and knows nothing of blocks, of the network or of Flink's types; everything
 * that must look into Flink's objects goes through {@link dev.sightglass.bootstrap.Inspector}.
 *
 * <p>Rules for a probe (a static method that a hook calls): no allocation, lock, clock read or wait
 * on the path of a record. The code that the transformer puts around each call reads {@link
 * dev.sightglass.bootstrap.Hooks#off} first and hands whatever is thrown to {@link
 * dev.sightglass.bootstrap.Hooks#fail}, so probes need neither.
 *
 * <p>Who writes what: one {@link dev.sightglass.bootstrap.TaskContext} per task attempt is used by
 * that task's thread alone (for a legacy source: by whoever holds its checkpoint lock), its tape is
 * read by one thread of the agent.
 */
package dev.sightglass.bootstrap;
