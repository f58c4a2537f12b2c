/** The last samples of a value, oldest first. Live answers carry the present only; charts of the last minutes are kept here. */
export class History {
	readonly #times: number[] = [];
	readonly #values: number[] = [];

	/** Keeps samples of the last `span` milliseconds. */
	constructor(readonly span: number) {}

	/** Adds a sample; one that is not later than the last is dropped. */
	add(time: number, value: number): void {
		const last = this.#times.at(-1);
		if (last !== undefined && time <= last) return;
		this.#times.push(time);
		this.#values.push(value);
		let old = 0;
		while ((this.#times[old] ?? time) < time - this.span) old++;
		if (old > 0) {
			this.#times.splice(0, old);
			this.#values.splice(0, old);
		}
	}

	get times(): readonly number[] {
		return this.#times;
	}

	get values(): readonly number[] {
		return this.#values;
	}
}
