/**
 * Code to step through in each language that jobs are written in: what its compiler makes of it is
 * not what one reads.
 */
package e2e.languages;
