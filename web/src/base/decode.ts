/**
 * Decoders turn `unknown` from outside into typed values, and say where it did not fit.
 *
 * A decoder carries two types: what comes in on the wire and what it makes of it. `shape` binds a decoder to the wire type that the
 * server's description declares, so that a field that was added, removed or changed there does not compile here.
 */

/** Decoder<Out, Wire> gives an Out for every Wire, and throws a MismatchError for what is none. */
export type Decoder<Out, Wire = never> = {
	readonly read: (input: unknown, path: string) => Out;
	/** Absent at run time: it ties Wire to the type, so that a decoder must take all that the wire type allows. */
	readonly accepts?: (wire: Wire) => void;
};

export type Decoded<D> = D extends { readonly read: (input: unknown, path: string) => infer Out } ? Out : never;

/** MismatchError says at which path an answer is not what was agreed. It never holds the value. */
export class MismatchError extends Error {
	constructor(
		readonly path: string,
		readonly wanted: string,
	) {
		super(`${path || "answer"}: expected ${wanted}`);
		this.name = "MismatchError";
	}
}

function primitive<T>(wanted: string, is: (input: unknown) => input is T): Decoder<T, T> {
	return {
		read: (input, path) => {
			if (!is(input)) throw new MismatchError(path, wanted);
			return input;
		},
	};
}

export const text = primitive("text", (x): x is string => typeof x === "string");
export const number = primitive("a number", (x): x is number => typeof x === "number" && Number.isFinite(x));
export const flag = primitive("true or false", (x): x is boolean => typeof x === "boolean");

/** A text that some decoder makes into something else; `make` gives undefined when the text does not fit. */
export function textAs<Out>(wanted: string, make: (input: string) => Out | undefined): Decoder<Out, string> {
	return {
		read: (input, path) => {
			const out = typeof input === "string" ? make(input) : undefined;
			if (out === undefined) throw new MismatchError(path, wanted);
			return out;
		},
	};
}

/** A 64-bit integer, which JSON carries as text. */
export const integer64: Decoder<bigint, string> = textAs("a 64-bit integer as text", (s) =>
	/^-?\d{1,20}$/.test(s) ? BigInt(s) : undefined,
);

export function optional<Out, Wire>(d: Decoder<Out, Wire>): Decoder<Out | undefined, Wire | undefined> {
	return { read: (input, path) => (input === undefined || input === null ? undefined : d.read(input, path)) };
}

export function list<Out, Wire>(d: Decoder<Out, Wire>): Decoder<readonly Out[], readonly Wire[] | null> {
	return {
		read: (input, path) => {
			// Go marshals a nil slice as null: an empty list.
			if (input === null) return [];
			if (!Array.isArray(input)) throw new MismatchError(path, "a list");
			return input.map((item, i) => d.read(item, `${path}[${i}]`));
		},
	};
}

/** One of the given texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Decoder<T, T> {
	return {
		read: (input, path) => {
			const found = values.find((v) => v === input);
			if (found === undefined) throw new MismatchError(path, values.join(" or "));
			return found;
		},
	};
}

export function lazy<Out, Wire>(make: () => Decoder<Out, Wire>): Decoder<Out, Wire> {
	return { read: (input, path) => make().read(input, path) };
}

export const record: Decoder<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>> = {
	read: (input, path) => {
		if (!isRecord(input)) throw new MismatchError(path, "an object");
		return input;
	},
};

export function isRecord(input: unknown): input is Record<string, unknown> {
	return typeof input === "object" && input !== null && !Array.isArray(input);
}

type Fields<Wire> = { readonly [K in keyof Wire]-?: Decoder<unknown, Wire[K]> };
type Absentable<F> = { [K in keyof F]: undefined extends Decoded<F[K]> ? K : never }[keyof F];
/** What may be absent on the wire may be absent here. */
type Made<F> = { readonly [K in Exclude<keyof F, Absentable<F>>]: Decoded<F[K]> } & {
	readonly [K in Absentable<F>]?: Decoded<F[K]>;
};

/** shape<Wire>()(fields) decodes an object that has exactly the fields of Wire; unknown ones are ignored. */
export function shape<Wire extends object>() {
	return <F extends Fields<Wire>>(fields: F): Decoder<Made<F>, Wire> => {
		const entries = Object.entries(fields) as readonly [string, Decoder<unknown>][];
		return {
			read: (input, path) => {
				if (!isRecord(input)) throw new MismatchError(path, "an object");
				const out: Record<string, unknown> = {};
				for (const [name, decoder] of entries) {
					const value = decoder.read(input[name], path === "" ? name : `${path}.${name}`);
					if (value !== undefined) out[name] = value;
				}
				return out as Made<F>;
			},
		};
	};
}

/** Reads a whole answer. */
export function decode<Out>(d: Decoder<Out>, input: unknown): Out {
	return d.read(input, "");
}
