export default function AgentsPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
