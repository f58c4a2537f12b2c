/** Classes that must do nothing in a process in which a recorded task runs again. */
package dev.sightglass.agent.hooks.hollow;
