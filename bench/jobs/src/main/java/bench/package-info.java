/**
 * Jobs that show what recording costs: one with little work per record, so that anything added to a
 * record shows, and queries as people run them.
 */
package bench;
