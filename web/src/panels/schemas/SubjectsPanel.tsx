export default function P(_: { readonly state?: unknown; readonly id?: string; readonly subject?: string }) {
	return null;
}
