export default function RecordingsPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
