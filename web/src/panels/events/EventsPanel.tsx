export default function EventsPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
