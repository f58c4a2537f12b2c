/**
 * What the agent knows of Flink: which methods of which classes it hooks ({@link
 * dev.sightglass.agent.hooks.flink.TaskHooks}, {@link
 * dev.sightglass.agent.hooks.flink.ConnectorHooks}, {@link
 * dev.sightglass.agent.hooks.flink.JobHooks}), and how it reads the objects that it meets there.
 * Classes are matched by name, members by name and shape; nothing is compiled against Flink, so one
 * agent serves all versions.
 */
package dev.sightglass.agent.hooks.flink;
