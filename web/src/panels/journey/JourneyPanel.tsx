export default function JourneyPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
