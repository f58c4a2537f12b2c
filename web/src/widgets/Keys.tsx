export function keyWord(key: string): string {
	return key === "Escape" ? "Esc" : key;
}

/** A key or keys as they stand on a keyboard: "Ctrl K", "G E". */
export function Keys({ keys }: { readonly keys: string }) {
	return <kbd>{keyWord(keys)}</kbd>;
}
