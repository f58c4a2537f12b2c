/** A key or keys as they stand on a keyboard: "Ctrl K", "G E". */
export function Keys({ keys }: { readonly keys: string }) {
	return <kbd>{keys === "Escape" ? "Esc" : keys}</kbd>;
}
