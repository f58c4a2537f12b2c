/** Joins class names, leaving out what is false or absent. */
export function classes(...names: readonly (string | false | undefined)[]): string {
	return names.filter((n) => n !== false && n !== undefined && n !== "").join(" ");
}
