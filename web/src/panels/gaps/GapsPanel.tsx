export default function GapsPanel(_: Record<string, unknown>) {
	return <p>soon</p>;
}
