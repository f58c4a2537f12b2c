import type { Quantity } from "../base/quantity";

/** A number and its unit in quieter ink. */
export function Amount({ q }: { readonly q: Quantity }) {
	return (
		<>
			{q.value}
			{q.unit !== "" && <span className="u">{q.unit}</span>}
		</>
	);
}
