/** The hot job: little work per record, so that anything added to a record shows. */
package bench;
