/**
 * Finds the user's function inside an operator factory or operator, and where its source is: {@link
 * dev.sightglass.agent.hooks.functions.UserFunction#find}. Slow path of a task's start only.
 */
package dev.sightglass.agent.hooks.functions;
