/**
 * Keeps passwords, keys and tokens inside of the process: which names stand for one, and how to
 * take their values out of texts and out of serialized objects.
 */
package dev.sightglass.agent.hooks.secrets;
