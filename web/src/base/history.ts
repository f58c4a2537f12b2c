/** Live answers carry the present only; charts of the last minutes are kept here. */

/** Several values sampled together: one column of times, one of values per name. A name that was absent has undefined there. */
export class Samples {
	readonly #times: number[] = [];
	readonly #columns = new Map<string, (number | undefined)[]>();

	/** Keeps samples of the last `span` milliseconds. */
	constructor(readonly span: number) {}

	add(time: number, values: ReadonlyMap<string, number | undefined>): void {
		const last = this.#times.at(-1);
		if (last !== undefined && time <= last) return;
		for (const name of values.keys()) {
			if (!this.#columns.has(name)) this.#columns.set(name, new Array<undefined>(this.#times.length).fill(undefined));
		}
		this.#times.push(time);
		for (const [name, column] of this.#columns) column.push(values.get(name));
		let old = 0;
		while ((this.#times[old] ?? time) < time - this.span) old++;
		if (old === 0) return;
		this.#times.splice(0, old);
		for (const column of this.#columns.values()) column.splice(0, old);
	}

	get times(): readonly number[] {
		return this.#times;
	}

	get names(): readonly string[] {
		return [...this.#columns.keys()];
	}

	column(name: string): readonly (number | undefined)[] {
		return this.#columns.get(name) ?? [];
	}
}
