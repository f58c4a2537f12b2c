export default function GraphPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
