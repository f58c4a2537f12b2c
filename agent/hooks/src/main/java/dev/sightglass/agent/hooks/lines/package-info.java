/** Lets the classes of a job tell their lines and variables, where a recorded task runs again. */
package dev.sightglass.agent.hooks.lines;
