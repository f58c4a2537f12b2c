/** What is to be recorded of which operator, as the server says it. */
package dev.sightglass.agent.hooks.policy;
